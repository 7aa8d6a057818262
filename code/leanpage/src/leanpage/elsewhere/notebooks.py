"""Each chapter as an executed notebook, for Colab and for download: stills in place of figures that nothing would run.

The notebook holds plain Markdown, the cells, and what they gave when the book was built. Its first cell installs what
the others import, from the repository that the book was built from, where that is not there already. Settings:

- ``leanpage_install``: module -> requirement, say ``{"mybook": "mybook[all]"}``: what notebooks elsewhere install, in
  this order; ``"mybook#subdirectory=code/mybook"`` for a package in a folder of the repository;
- ``leanpage_notebook_branch``: the branch of the repository that keeps the notebooks for Colab (default "notebooks").
"""

from __future__ import annotations

import ast
import json
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin

import nbformat
from docutils import nodes
from jupyter_cache import get_cache

from .. import adapters, repository
from .. import made as records
from .markdown import Markdown, quoted

#: Where the notebooks stand, below the site's root.
FOLDER = "notebooks"
COLAB = "https://colab.research.google.com"


def configure(app, config) -> None:
    # The theme knows Colab for one host alone, and warns of any other.
    address = config.html_theme_options.get("repository_url") or ""
    if not address.startswith("https://github.com/"):
        (config.html_theme_options.get("launch_buttons") or {}).pop("colab_url", None)


def export(app, doctree: nodes.document, docname: str) -> None:
    """Write the notebook of a page that has code cells."""
    read = executed(app, docname)
    if read is None:
        return
    notebook = nbformat.v4.new_notebook(
        cells=cells(app, doctree, docname, read.cells),
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{docname.rpartition('/')[2]}-{number}"[-64:]
    nbformat.validate(notebook)
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    records.made(app).write(f"{FOLDER}/{docname}.ipynb", text.encode())


def executed(app, docname: str):
    """The notebook that the page was made from, with its outputs; None for a page that was made from none."""
    folders = adapters.executed_notebooks(app)
    if app.builder.name != "html" or folders is None or "kernelspec" not in app.env.metadata[docname]:
        return None
    source = folders.notebooks / f"{docname}.ipynb"
    if not source.exists():
        return None
    notebook = nbformat.read(source, 4)
    if folders.cache and folders.cache.exists():  # a chapter from the cache is written without its outputs
        with suppress(KeyError):  # a chapter that says in its front matter that it is not executed is not in the cache
            _, notebook = get_cache(folders.cache).merge_match_into_notebook(notebook)
    return notebook


def path(app, docname: str) -> Path:
    return Path(app.outdir, FOLDER, *f"{docname}.ipynb".split("/"))


# --- cells -----------------------------------------------------------------------------------------------------------


def cells(app, doctree: nodes.document, docname: str, executed: list) -> list:
    """The notebook's cells: the page's text and visible cells in order, those without a place on it before the next."""
    page = urljoin(app.config.html_baseurl, f"{docname}.html") if app.config.html_baseurl else None
    made, text, done = [], [], -1
    writer = Markdown(
        lambda reference: full_address(reference, page), number=lambda node: number_of(app, docname, node)
    )
    placed = {node["cell_index"] for node in doctree.findall(is_cell)}

    def flush() -> None:
        if text:
            made.append(nbformat.v4.new_markdown_cell("\n\n".join(text)))
            text.clear()

    def code(number: int, shown: bool) -> None:
        if executed[number].cell_type != "code":
            return
        source = without_glue(executed[number].source, docname)
        if source.strip():
            flush()
            outputs = list(map(still, with_lines_together(executed[number].outputs))) if shown else []
            count = 1 + sum(cell.cell_type == "code" for cell in made)
            made.append(nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=count))
            for output in made[-1].outputs:
                if "execution_count" in output:
                    output["execution_count"] = count

    def unplaced(end: int) -> None:
        """Cells that the page leaves out. (Those inside a solution are shown there, as text.)"""
        for number in range(done + 1, end):
            if number not in placed:
                code(number, shown=False)

    for part in parts(doctree, writer):
        if isinstance(part, str):
            text.append(part)
            continue
        unplaced(part["cell_index"])
        done = part["cell_index"]
        code(done, shown=True)
        text += captions(part, writer)
    flush()
    unplaced(len(executed))
    title = app.config.html_title or app.config.project
    origin = f"From [{title}]({page}), where the figures move with nothing installed." if page else f"From *{title}*."
    first = next(cell for cell in made if cell.cell_type == "markdown")
    heading, _, rest = first.source.partition("\n\n")
    first.source = "\n\n".join(filter(None, [heading, f"*{origin}*" if page else origin, rest]))
    setup = install_cell(app)
    return [setup, *made] if setup and len(made) > 1 else made


def parts(node: nodes.Element, writer: Markdown):
    """Walk a page in order; yield its text as blocks of Markdown and its code cells as nodes."""
    for child in node.children:
        if is_cell(child):
            yield child
        elif isinstance(child, nodes.section):
            yield writer.heading(child)
            yield from parts(child, writer.below())
        else:
            yield from writer.block(child)


def is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def captions(cell: nodes.container, writer: Markdown) -> list[str]:
    found = []
    for figure in cell.findall(nodes.figure):
        for caption in figure.findall(nodes.caption):
            number = writer.number(figure)
            found.append((f"**{number}** " if number else "") + writer.line(caption))
    return [quoted(found)] if found else []


def number_of(app, docname: str, node: nodes.Element) -> str | None:
    """What the page calls a numbered thing, "Fig. 3" or "Exercise 2"; None for what has no number."""
    for kind, numbers in app.env.toc_fignumbers.get(docname, {}).items():
        for name in node["ids"]:
            if name in numbers:
                form = app.config.numfig_format.get(kind) or f"{kind.capitalize()} %s"
                return form % ".".join(map(str, numbers[name]))
    return None


def full_address(reference: nodes.reference, page: str | None) -> str | None:
    """The address that a link of the page means wherever it is read, or None where only the site could tell."""
    address = reference.get("refuri")
    if not address or address.startswith("#"):
        return None
    if "://" in address:
        return address
    return urljoin(page, address) if page else None


def with_lines_together(outputs: list) -> list:
    """The outputs with what a cell printed in one piece: a kernel sends it in one or in several, as it happens."""
    joined: list = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            joined[-1] = nbformat.from_dict({**last, "text": last.text + output.text})
        else:
            joined.append(output)
    return joined


def still(output):
    """An output as any viewer shows it: pictures as PNG, nothing that waits for a page or a kernel of its own."""
    output = nbformat.from_dict(output)
    if "data" in output:
        kept = {kind: content for kind, content in output.data.items() if not kind.startswith("application/")}
        if "image/png" in kept:
            kept.pop("text/html", None)
            kept.pop("image/svg+xml", None)
        output.data = kept
        output.metadata = {}
    return output


def without_glue(source: str, where: str) -> str:
    """`source` less the statements that hand values to the page's text: the notebook's text has them already."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # IPython's own syntax
        return source
    lines = source.split("\n")
    for statement in tree.body:
        if is_glue(statement):
            lines[statement.lineno - 1 : statement.end_lineno] = [None] * (statement.end_lineno - statement.lineno + 1)
        elif any(isinstance(node, ast.Name) and node.id == "glue" for node in ast.walk(statement)):
            return source  # glue among other statements: the notebook keeps the cell as it is
    return "\n".join(line for line in lines if line is not None).strip("\n")


def is_glue(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom(module="myst_nb"):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="glue"))):
            return True
        case ast.For(body=body, orelse=[]) | ast.With(body=body):
            return all(map(is_glue, body))
    return False


# --- elsewhere -------------------------------------------------------------------------------------------------------


def commit(folder: Path) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def install_cell(app):
    """The cell that makes the rest run elsewhere, or None if the book needs nothing of its own."""
    if not app.config.leanpage_install:
        return None
    address = app.config.html_theme_options.get("repository_url")
    here = commit(Path(app.confdir)) if address else None
    lines = ["import importlib.util", ""]
    for module, requirement in app.config.leanpage_install.items():
        folder = requirement.partition("#subdirectory=")[2] or "."
        lines.append(f"if importlib.util.find_spec({module!r}) is None:")
        if address:
            at = f"@{here}" if here else ""
            name, mark, fragment = requirement.partition("#")
            lines.append(f'    %pip install --quiet "{name} @ git+{address}{at}{mark}{fragment}"')
        else:
            lines += [
                "    raise ModuleNotFoundError(",
                f'        "{module} is not installed, and this book knows no public repository to take it from: "',
                f"""        "run `pip install {folder}` in the book's folder, then this cell again.\"""",
                "    )",
            ]
    return nbformat.v4.new_code_cell("\n".join(lines), metadata={"tags": ["setup"]})


def offer(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Put the notebook among the page's downloads, and let Colab open it from the branch that keeps the notebooks."""
    groups = {button.get("label"): button for button in context.get("header_buttons", [])}
    if downloads := groups.get("download-buttons"):
        others = [button for button in downloads["buttons"] if button.get("label") != "download-notebook-button"]
        if doctree is not None and path(app, pagename).exists():
            notebook = {
                "type": "link",
                "url": context["pathto"](f"{FOLDER}/{pagename}.ipynb", 1),
                "text": ".ipynb",
                "icon": "fas fa-code",
                "tooltip": "Download this chapter as an executed notebook",
                "label": "download-notebook-button",
            }
            others.insert(0, notebook)
        downloads["buttons"] = others
    for button in groups.get("launch-buttons", {}).get("buttons", []):
        if button["text"] == "Colab":
            owner_and_name = app.config.html_theme_options["repository_url"].split("/", 3)[3]
            branch = app.config.leanpage_notebook_branch
            button["url"] = f"{COLAB}/github/{owner_and_name}/blob/{branch}/{pagename}.ipynb"


def clear(app, exception: Exception | None) -> None:
    """Take away what the theme copies beside the sources: notebooks with outputs that only the page understands."""
    folders = adapters.executed_notebooks(app)
    if exception is not None or app.builder.name != "html" or folders is None:
        return
    for docname in sorted(app.env.found_docs):
        records.made(app).keep(f"{FOLDER}/{docname}.ipynb")
        copy = Path(app.outdir, "_sources", f"{docname}.ipynb")
        original = folders.notebooks / f"{docname}.ipynb"
        if copy.is_file() and original.is_file() and copy.read_bytes() == original.read_bytes():
            copy.unlink()


def setup(app) -> dict:
    app.setup_extension(repository.__name__)
    app.setup_extension(records.__name__)
    app.add_config_value("leanpage_install", {}, "env", types=[dict])
    app.add_config_value("leanpage_notebook_branch", "notebooks", "html", types=[str])
    app.connect("config-inited", configure, priority=150)
    app.connect("doctree-resolved", export, priority=900)
    app.connect("html-page-context", offer, priority=900)
    app.connect("build-finished", clear, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
