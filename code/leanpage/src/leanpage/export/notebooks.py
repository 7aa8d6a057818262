"""Write each chapter as an executed notebook: Markdown, the cells, and their outputs from the build.

Its first cell installs what the others import, from the repository that the book was built from, if it is missing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import urljoin

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.images import guess_mimetype

from .. import upstream
from ..build import build_of, write_file
from ..steps import repository
from . import glue
from .markdown import Markdown, is_title, quoted

#: The notebooks' folder in the site.
FOLDER = "notebooks"


def write_notebook(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the notebook of a page that has code cells."""
    if app.builder.name != "html":
        return
    source = upstream.executed_notebook(app, docname)
    if source is None:
        Path(app.outdir, FOLDER, f"{docname}.ipynb").unlink(missing_ok=True)  # of an earlier build
        return
    notebook = nbformat.v4.new_notebook(
        cells=Chapter(app, docname, source.cells, doctree).notebook_cells(),
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    for number, cell in enumerate(notebook.cells):
        cell["id"] = cell_id(docname, number)
        if cell.metadata.get(FOLDED_SECTION):  # Colab lists its folded sections
            cell.metadata["id"] = cell["id"]
            notebook.metadata.setdefault("colab", {}).setdefault("collapsed_sections", []).append(cell["id"])
    nbformat.validate(notebook)
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_file(Path(app.outdir), f"{FOLDER}/{docname}.ipynb", text.encode())


def cell_id(docname: str, number: int) -> str:
    """Return a cell's id, the same in every build, of the letters that the notebook format allows."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", f"{docname.rpartition('/')[2]}-{number}")[-64:]


#: Tags that hide or fold a cell's source or its outputs on the page; notebooks fold them.
FOLDED = {
    "source_hidden": {"hide-input", "hide-cell", "remove-input", "remove-cell"},
    "outputs_hidden": {"hide-output", "hide-cell"},
}
#: The metadata by which JupyterLab folds the section below a heading.
FOLDED_SECTION = "jp-MarkdownHeadingCollapsed"


class Chapter:
    """Collect a page's text and cells as the cells of a notebook; hidden cells go before the next visible one."""

    def __init__(self, app: Sphinx, docname: str, executed: list[Any], doctree: nodes.document):
        self.app, self.docname, self.executed, self.doctree = app, docname, executed, doctree
        base = app.config.html_baseurl
        self.page = urljoin(base, f"{docname}.html") if base else None
        self.writer = Markdown(
            lambda reference: full_address(reference, self.page),
            lambda node: number_of(app, docname, node),
            self.picture,
            lambda node, what: self.notice(f"the notebook's Markdown cannot express {what}", node),
        )
        sources = [cell.source if cell.cell_type == "code" else "" for cell in executed]
        bare = glue.without_glue(sources)
        if bare is None:
            self.notice("glue shares a line with other code, so this notebook needs myst-nb", docname)
        self.sources = sources if bare is None else bare
        #: The pictures of the text: by name, their content by media type.
        self.pictures: dict[str, dict[str, str]] = {}
        self.placed = {node["cell_index"] for node in doctree.findall(is_cell)}
        self.cells: list[Any] = []
        self.text: list[str] = []

    def notebook_cells(self) -> list[Any]:
        """Return the notebook's cells, first the one that installs the book's packages."""
        done = -1
        found = list(parts(self.doctree.children, self.writer))
        found.insert(1 if found and isinstance(found[0], str) else 0, self.origin())
        for part in found:
            if part is None:  # the end of a solution, which hidden cells after it may check
                self.add_text()
                done = self.add_hidden(done + 1)
            elif isinstance(part, nbformat.NotebookNode):
                self.add_text()
                self.cells.append(part)
            elif isinstance(part, str):
                self.text.append(part)
            else:
                self.add_hidden(done + 1)
                done = part["cell_index"]
                self.add_code(done, shown=True)
                self.text += captions(part, self.writer)
        self.add_text()
        self.add_hidden(done + 1)
        setup = install_cell(self.app)
        return [setup, *self.cells] if setup and len(self.cells) > 1 else self.cells

    def add_text(self) -> None:
        if self.text:
            cell = nbformat.v4.new_markdown_cell("\n\n".join(self.text))
            shown = [name for name in self.pictures if f"(attachment:{name})" in cell.source]
            if shown:
                cell.attachments = {name: self.pictures[name] for name in shown}
            self.cells.append(cell)
            self.text.clear()

    def picture(self, image: nodes.image) -> str | None:
        """Return a picture's address: its own on another host, otherwise that of an attachment to the cell."""
        kinds = image.get("candidates") or {}
        uri = next((kinds[kind] for kind in self.app.builder.supported_image_types if kind in kinds), image["uri"])
        file = Path(self.app.srcdir, uri)
        if re.match(r"[\w+.-]+:", uri):
            return str(uri)
        if not file.is_file():
            return None  # Sphinx has warned
        content = file.read_bytes()
        name = f"{hashlib.sha256(content).hexdigest()[:10]}{file.suffix}"
        kind = guess_mimetype(file, default="application/octet-stream")
        self.pictures[name] = {kind: base64.b64encode(content).decode()}
        return f"attachment:{name}"

    def add_hidden(self, number: int) -> int:
        """Add the cells that the page leaves out, from `number` to the next one on the page; return the last index."""
        while number < len(self.executed) and number not in self.placed:
            self.add_code(number, shown=False)
            number += 1
        return number - 1

    def add_code(self, number: int, shown: bool) -> None:
        cell, source = self.executed[number], self.sources[number]
        tags = {tag.replace("_", "-") for tag in cell.metadata.get("tags", [])}
        kept_back = tags & {"remove-input", "remove-cell"} and not self.app.config.html_copy_source
        if cell.cell_type != "code" or not source.strip() or kept_back:
            return
        self.add_text()
        count = 1 + sum(one.cell_type == "code" for one in self.cells)
        outputs = list(map(portable, joined_streams(cell.outputs))) if shown else []
        outputs = [output for output in outputs if output.get("data", True)]  # an output of glue is empty now
        for output in outputs:
            if "execution_count" in output:
                output["execution_count"] = count
        new = nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=count)
        folded = {name: True for name, kinds in FOLDED.items() if tags & kinds}
        if folded:
            new.metadata["jupyter"] = folded
        self.cells.append(new)

    def notice(self, message: str, place: Any) -> None:
        build_of(self.app).notice("notebooks", message, place)

    def origin(self) -> str:
        title = self.app.config.html_title or self.app.config.project
        origin = f"*From [{title}]({self.page}).*" if self.page else f"From *{title}*."
        live = "*Live here, and not on the page: every cell is yours to change. Run one with Shift and Enter.*"
        return f"{origin} {live}"


def parts(children: Iterable[nodes.Node], writer: Markdown, title: str = "") -> Iterator[Any]:
    """Yield a page's text as blocks of Markdown, its code cells as nodes, each solution's heading as a cell, and None
    where a solution ends.

    Exercises and solutions get headings, by which notebooks fold. So does what follows them in a section called
    `title`, since it does not belong to them.
    """
    after_exercise = False
    for child in children:
        if kind := upstream.exercise_kind(child):
            words = Markdown(lambda reference: None, writer.number).box_title(child)  # no links in a heading
            heading, content = f"{'#' * writer.level} {words}", [part for part in child.children if not is_title(part)]
            if kind == "solution":
                yield nbformat.v4.new_markdown_cell(f"#{heading}", metadata={FOLDED_SECTION: True})
                yield from parts(content, writer.below())
                yield None
            else:
                yield heading
                yield from parts(content, writer.below())
            after_exercise = True
        elif isinstance(child, nodes.section) and writer.title(child):
            yield writer.heading(child)
            yield from parts(child.children, writer.below(), writer.title(child))
            after_exercise = False
        elif isinstance(child, nodes.section):  # sphinx-exercise keeps what it holds in one
            yield from parts(child.children, writer, title)
        else:
            blocks = [child] if is_cell(child) else writer.block(child)
            if after_exercise and blocks:
                blocks = [f"{'#' * writer.level} {f'{title}, continued' if title else 'Continued'}", *blocks]
                after_exercise = False
            yield from blocks


def is_cell(node: nodes.Node) -> TypeGuard[nodes.container]:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def captions(cell: nodes.container, writer: Markdown) -> list[str]:
    found = []
    for figure in cell.findall(nodes.figure):
        for caption in figure.findall(nodes.caption):
            number = writer.number(figure)
            found.append((f"**{number}** " if number else "") + writer.line(caption))
    return [quoted(found)] if found else []


def number_of(app: Sphinx, docname: str, node: nodes.Element) -> str | None:
    """Return what the page calls a numbered node, such as "Fig. 3" or "Exercise 2"; None if it has no number."""
    for kind, numbers in app.env.toc_fignumbers.get(docname, {}).items():
        for name in node["ids"]:
            if name in numbers and kind == "displaymath":
                return ".".join(map(str, numbers[name]))
            if name in numbers:
                form = app.config.numfig_format.get(kind) or f"{kind.capitalize()} %s"
                return form % ".".join(map(str, numbers[name]))
    return None


def full_address(reference: nodes.reference, page: str | None) -> str | None:
    """Return a link's address as it is valid anywhere, or None if that needs a site whose address is unknown."""
    address = reference.get("refuri") or ("#" + reference["refid"] if reference.get("refid") else None)
    if not address:
        return None
    if "://" in address:
        return str(address)
    return urljoin(page, address) if page else None


def joined_streams(outputs: list[Any]) -> list[Any]:
    """Return outputs with each run of printed text in one piece; the kernel's pieces depend on its timing."""
    joined: list[Any] = []
    for output in map(nbformat.from_dict, outputs):
        if joined and output.output_type == "stream" == joined[-1].output_type and output.name == joined[-1].name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def portable(output: Any) -> Any:
    """Return an output that any viewer can show: pictures as PNG, nothing that needs a page or a kernel."""
    output = nbformat.from_dict(output)
    if "data" in output:
        kept = {kind: content for kind, content in output.data.items() if not kind.startswith("application/")}
        if "image/png" in kept:
            kept.pop("text/html", None)
            kept.pop("image/svg+xml", None)
        output.data = kept
        output.metadata = {}
    return output


def install_cell(app: Sphinx) -> Any | None:
    """Return the cell that installs the book's packages where they are missing, or None if it names none."""
    if not app.config.leanpage_install:
        return None
    address = app.config.html_theme_options.get("repository_url")
    here = repository.git(Path(app.confdir), "rev-parse", "HEAD") if address else None
    lines = ["import importlib.util", ""]
    for module, requirement in app.config.leanpage_install.items():
        name, mark, fragment = requirement.partition("#")
        source = f"{name} @ git+{address}{f'@{here}' if here else ''}{mark}{fragment}"
        missing = f"{module} is not installed, and this book knows no public repository to take it from"
        lines.append(f"if importlib.util.find_spec({module!r}) is None:")
        install = f'    %pip install --quiet "{source}"'
        lines.append(install if address else f'    raise ModuleNotFoundError("{missing}")')
    folded = {"tags": ["setup"], "jupyter": {"source_hidden": True}}
    return nbformat.v4.new_code_cell("\n".join(lines), metadata=folded)
