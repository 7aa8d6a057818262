"""The directives that show figures of other pages: ``{figure-again}`` one of them, ``{figure-list}`` all as SVG files.

Both take what the cells showed when their own pages were read. No cell is executed for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from kernelfree.deliver.payload import MIME
from kernelfree.deliver.save import pictures_in

logger = logging.getLogger(__name__)

#: What marks a page, in Sphinx's metadata of it, as one that shows figures of other pages.
_OTHERS = "kernelfree figures of other pages"


class figure_again(nodes.General, nodes.Element):
    """Placeholder for a figure until all pages are read; without a ``name`` for the list of all figures."""


class FigureAgain(SphinxDirective):
    """``{figure-again} NAME``: the figure with this name, from whichever page it is on, with a link to it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        place = figure_again(name=nodes.fully_normalize_name(" ".join(self.arguments)))
        self.set_source_info(place)
        self.env.metadata[self.env.docname][_OTHERS] = ""
        return [place]


class FigureList(FigureAgain):
    """``{figure-list}``: the figures of all pages, each with a link to it and as an SVG file."""

    required_arguments = 0


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Return the pages that show figures of other pages, to be read again whenever any page is."""
    pages = [page for page, about in env.metadata.items() if _OTHERS in about]
    return pages if added or changed or removed else []


class FromOtherPages(SphinxPostTransform):
    """Replace the directives by figures of other pages."""

    default_priority = 3  # before MyST-NB chooses among the kinds of an output (4), and references are resolved (9)

    def run(self, **options: Any) -> None:
        shown: set[str] = set()
        for place in list(self.document.findall(figure_again)):
            name = place["name"]
            found = [] if name in shown else [*(self._figure(name) if name else self._all())]
            if not found:
                said = "figure-again: no other page has a figure %r, or it is on this page already"
                logger.warning(said, name, location=place, type="kernelfree", subtype="again")
            shown.add(name)
            place.replace_self(found)

    def _figure(self, name: str) -> Iterator[nodes.Node]:
        """Yield a copy of a figure, its caption beginning with a link to it."""
        page, anchor, *_ = self.env.domains["std"].data["anonlabels"].get(name, ("", ""))
        for figure in self.env.get_doctree(page).findall(nodes.figure) if page not in ("", self.env.docname) else ():
            if anchor in figure["ids"]:
                figure["ids"], figure["names"] = [f"{anchor}-again"], []
                for reference in figure.findall(addnodes.pending_xref):
                    reference["refdoc"] = self.env.docname
                for caption in list(figure.findall(nodes.caption)):
                    caption.insert(0, [self._link(name), nodes.Text(". ")])
                yield nodes.container("", figure, classes=["cell_output"])

    def _link(self, name: str) -> nodes.Node:
        """Return a link to a figure, which becomes its number where figures are numbered."""
        numbered = bool(self.config.numfig)
        about = {"refdomain": "std", "reftype": "numref" if numbered else "ref", "reftarget": name}
        text = nodes.inline("", "Figure")
        return addnodes.pending_xref("", text, refdoc=self.env.docname, refexplicit=not numbered, refwarn=True, **about)

    def _all(self) -> Iterator[nodes.Node]:
        """Write the pictures of all named figures to files; yield the list of them, in the order of the contents."""
        own, folder = self.app.builder.get_target_uri(self.env.docname), Path(self.app.outdir, "_images")
        folder.mkdir(exist_ok=True)
        items = nodes.bullet_list(classes=["kf-figures"])
        for page in self.env.collect_relations():
            for figure in self.env.get_doctree(page).findall(nodes.figure):
                html = "".join(node.astext() for node in _shown(figure) if figure["names"])
                for number, (picture, size, said) in enumerate(pictures_in(html), start=1):
                    file = f"{figure['names'][0]}{f'-{number}' if number > 1 else ''}.svg"
                    (folder / file).write_text(picture, encoding="utf-8")
                    address = relative_uri(own, f"_images/{file}")
                    image = f'<a href="{address}"><img src="{address}" alt="{said}" {size} loading="lazy"></a> '
                    link = self._link(figure["names"][0])
                    items += nodes.list_item("", nodes.paragraph("", "", nodes.raw("", image, format="html"), link))
        yield items


def _shown(figure: nodes.figure) -> Iterator[nodes.Node]:
    """Yield the HTML of a figure's outputs, each of which MyST-NB keeps in several forms."""
    for bundle in figure.findall(nodes.container):
        if bundle.get("nb_element") == "mime_bundle":
            forms = {form["mime_type"]: form for form in bundle.children}
            yield from forms.get(MIME, forms.get("text/html", bundle)).findall(nodes.raw)
