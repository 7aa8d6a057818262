"""The search of sectionsearch under Node: on words, and on the index of a built site."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from javascript import run_node
from project import ROOT, source
from sectionsearch.pages import Page

QUERIES = ROOT / "tests" / "fixtures" / "queries"
#: How many places the dialog shows.
SHOWN = 10


def run_search(expression: str, given: Any, index: str = "") -> Any:
    """The value of a JavaScript expression of `given`, with `sectionsearch` and, for an index's script, its data."""
    from sphinx.search.en import SearchEnglish

    stemmer = f"sectionsearch.stemmer = (() => {{ {SearchEnglish.js_stemmer_code}; return new Stemmer(); }})();"
    script = f"""
      import fs from "node:fs";
      import vm from "node:vm";
      vm.runInThisContext(fs.readFileSync(new URL(process.env.MODULE), "utf8"));
      sectionsearch.texts = {{}};
      const [index, given] = JSON.parse(fs.readFileSync(0, "utf8"));
      vm.runInThisContext(index);
      const stem = (word) => sectionsearch.stemmer.stemWord(word);
      console.log(JSON.stringify({expression}, (key, value) => (value === Infinity ? null : value)));
    """
    return run_node(script, [index or stemmer, given], source("sectionsearch") / "static" / "rank.js")


def results(site: Path, queries: list[str]) -> list[list[str]]:
    """For each query the places that the dialog shows, as "page.html#anchor", best first."""
    folder = site / "_static" / "sectionsearch"
    scripts = [folder / "index.js", *sorted((folder / "texts").glob("*.js"))]
    index = "\n".join(path.read_text("utf-8") for path in scripts)
    expression = f"""(() => {{
      const index = new sectionsearch.Index(sectionsearch.data, stem);
      const first = new Map();
      index.documents.forEach(([page], number) => first.has(page) || first.set(page, number));
      return given.map((query) => {{
        const found = index.search(query);
        found.results = found.results.slice(0, {SHOWN});
        for (const result of found.results) {{
          const [page] = index.documents[result.number];
          result.text = sectionsearch.texts[page][result.number - first.get(page)];
        }}
        return index.refine(found).map(({{ number }}) => number);
      }});
    }})()"""
    order = documents(site, index)
    return [[order[number] for number in numbers] for numbers in run_search(expression, queries, index)]


def documents(site: Path, index: str) -> list[str]:
    """The address of each document of an index."""
    data = json.loads(re.search(r"^sectionsearch\.data = (.*);$", index, re.MULTILINE)[1])
    return [f"{address}#{document.anchor}" for address in data["pages"] for document in read(site / address).documents]


@cache
def read(path: Path) -> Page:
    return Page(path.read_text("utf-8"))


def queries(name: str) -> list[tuple[str, list[str]]]:
    """The queries of a file, each with the places that answer it."""
    lines = (QUERIES / f"{name}.txt").read_text("utf-8").splitlines()
    pairs = [line.split(" -> ") for line in lines if line and not line.startswith("#")]
    return [(query, [place.strip() for place in places.split("|")]) for query, places in pairs]


def place(site: Path, wanted: str) -> str:
    """The document that an anchor is in: "page#anchor" without the page's suffix, to "page.html#anchor"."""
    page, _, anchor = wanted.partition("#")
    found = read(site / f"{page}.html")
    document = found.anchors.get(anchor) or next(own for own in found.documents if own.anchor == anchor)
    return f"{page}.html#{document.anchor}"


def ranks(site: Path, name: str) -> list[tuple[str, int | None]]:
    """Each query of a file, and at which place, from 0, a document stands that answers it; None for nowhere."""
    asked = queries(name)
    found = results(site, [query for query, _ in asked])
    ranked = []
    for (query, places), shown in zip(asked, found, strict=True):
        wanted = {place(site, one) for one in places}
        ranked.append((query, next((at for at, own in enumerate(shown) if own in wanted), None)))
    return ranked
