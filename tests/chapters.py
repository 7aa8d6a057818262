"""The chapters as the tests see them: their source, their cells, their executed notebooks and their pages."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from jupyter_cache import get_cache

from leanpage.execution import inputs_digest
from project import ROOT

#: Directives whose body is not text to be read.
CODE = ("code-cell", "literalinclude", "bibliography", "code-block")


@dataclass(frozen=True)
class Chapter:
    name: str  #: as in _toc.yml, "book/index"

    @property
    def source(self) -> str:
        return (ROOT / f"{self.name}.md").read_text(encoding="utf-8")

    @functools.cached_property
    def notebook(self):
        """The chapter as a notebook without outputs."""
        from myst_nb.core.read import read_myst_markdown_notebook
        from myst_parser.config.main import MdParserConfig

        return read_myst_markdown_notebook(self.source, MdParserConfig(enable_extensions={"colon_fence"}))

    @property
    def cells(self) -> list[str]:
        """The code of each code cell, without its options."""
        if not is_notebook(self.source):
            return []
        return [cell.source for cell in self.notebook.cells if cell.cell_type == "code"]

    @property
    def shown(self) -> list[str]:
        """The code of the cells whose code a reader sees, at once or behind a press."""
        if not is_notebook(self.source):
            return []
        hidden = ("remove-cell", "remove-input")
        cells = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        return [cell.source for cell in cells if not set(hidden) & set(cell.metadata.get("tags", []))]

    @property
    def prose(self) -> str:
        """The source without front matter, code, formulas, roles and addresses."""
        return re.sub(r"\{[a-z:]+\}`[^`]*`|`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "", without_code(self.source))

    def executed(self, site: Path):
        """The executed notebook that the page was made from, out of the execution cache of the present code."""
        settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
        digest = inputs_digest(ROOT, settings["leanpage_execution_inputs"])
        cache = get_cache(site.parent / ".jupyter_cache" / digest)
        return cache.get_cache_bundle(cache.match_cache_notebook(self.notebook).pk).nb

    def page(self, site: Path) -> BeautifulSoup:
        return BeautifulSoup((site / f"{self.name}.html").read_text(encoding="utf-8"), "html.parser")


@functools.cache
def without_code(source: str) -> str:
    """The source without front matter, code, listings, displayed formulas and the lines that mark directives."""
    text = re.sub(r"\A---\n.*?\n---\n", "", source, flags=re.DOTALL)
    kept, fence = [], ""  # the fence of the block of code that we are in
    for line in text.split("\n"):
        opening = re.match(r"(`{3,}|:{3,})(?:\{([a-z-]+)\}|(\S*))", line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif opening and (opening[2] in CODE or opening[3]):
            fence = opening[1]
        elif not opening and not re.match(r":[a-z-]+:", line):
            kept.append(line)
    return re.sub(r"\$\$.*?\$\$", "", "\n".join(kept), flags=re.DOTALL)


def is_notebook(source: str) -> bool:
    return source.startswith("---\n") and "format_name: myst" in source.split("\n---\n")[0]


def chapters() -> list[Chapter]:
    """Every chapter of _toc.yml, in order; not the slides below one of them, which show figures of the others."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [Chapter(toc["root"]), *map(Chapter, files)]


def by_name(chapter: Chapter) -> str:
    return chapter.name
