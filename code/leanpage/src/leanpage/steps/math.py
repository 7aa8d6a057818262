"""Draw formulas without JavaScript: LaTeX becomes MathML while the book is built, shown with a subset math font.

A page with a formula that math-core refuses is left to MathJax as a whole, as Sphinx and MyST-Parser write it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.config import Config
from sphinx.util.math import get_node_equation_number

from .. import upstream
from ..build import PAGE_BUILDERS, Build, write_file
from ..site import Site
from ..tree import Node, Tree, attribute, has, rename
from . import fonts, tex
from .tex import RefusedError

STYLE, SCRIPT = (Path(__file__).parent.parent / "static" / name for name in ("math.css", "math.js"))
#: Found without importing ziamath, which would read the whole font.
FONT = Path(str(distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")))
#: Where a browser sets math smaller: in scripts and limits, in the index of a root, in fractions in a line of text.
_SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mroot")
SMALLER = ", ".join([*(f"{name} > :nth-child(n+2)" for name in _SCRIPTS), "mfrac > *", "math [scriptlevel]"])
#: Punctuation that stays on the line of the formula before it, or after it.
CLOSING, OPENING = re.compile(r"[.,;:!?…%)\]’”'\"‐–-]+"), re.compile(r"[(\[‘“'\"]+$")
#: Words. To MathML <mtext> is space, and an operator with nothing but space beside it puts its own space around all of
#: that: "hits+misses". A name in <mi> looks the same.
TEXT = re.compile(r"<mtext>([^<]*\w[^<]*)</mtext>")
#: A bracket of a size of its own with a script, such as ``\bigg|_{x=0}``.
SIZED = re.compile(r"(<m(?:sub|sup|subsup|under|over|underover)>)(<mo [^>]*\bminsize=[^>]*>[^<]*</mo>)")
ELEMENT = re.compile(r"<(/?)m(?!ath\b|style\b)\w+[^>]*(?<!/)>")
SIZE = re.compile(r'(?<!<mtable) (?:displaystyle|scriptlevel)="[^"]*"')
MATH = re.compile(r"<math.*?</math>", re.DOTALL)
ANNOTATION = re.compile(r"<annotation.*?</annotation>", re.DOTALL)


class Converter:
    r"""Convert the formulas of one page, on which a ``\newcommand`` holds until the page ends."""

    def __init__(self, macros: dict[str, str], tags: str = "none"):
        self.tags, self.scripts = tags, set[str]()
        self.unbalanced = {name: body for name, body in macros.items() if not is_balanced(body)}
        known = usable(tuple(item for item in macros.items() if item[0] not in self.unbalanced))
        self.core = LatexToMathML(macros=known, fancy_error=False, global_group=True)

    def mathml(self, source: str, *, display: bool) -> str:
        """Return a formula as a MathML element with its TeX as an annotation, which readers copy.

        Raises RefusedError for TeX that math-core cannot draw, or would draw wrongly.
        """
        if self.tags == "all" and display or self.tags == "ams" and tex.NUMBERED.search(source):
            raise RefusedError("MathJax is told to number equations by itself (tags in its configuration).")
        self.scripts.update(re.findall(r"\\math(?:cal|scr)\b", source))
        if len(self.scripts) > 1:
            raise RefusedError(r"\mathcal and \mathscr look alike in the math font.")
        formula = self.expand_unbalanced(source)
        size, formula = tex.SIZE.match(formula), tex.SIZE.sub("", formula)
        try:
            element = self.core.convert_with_global_state(tex.respell(formula), displaystyle=display)
        except LatexError as error:
            raise RefusedError(re.sub(r"^\w*\d+: ", "", str(error))) from None
        if set(re.findall(r'notation="([^"]*)"', element)) - {"box"}:
            raise RefusedError("strokes cannot be drawn.")
        element = re.sub(r"(?<=color:)#\w{6}", lambda value: tex.COLOURS.get(value[0], value[0]), element)
        upright = ' mathvariant="normal"'  # browsers slant a single letter
        element = TEXT.sub(lambda text: f"<mi{upright if len(text[1]) == 1 else ''}>{text[1]}</mi>", element)
        element = SIZED.sub(r"\1<mrow>\2</mrow>", element)  # Chromium 156 sets sizes only in a row
        # Browsers no longer know <menclose>.
        element = element.replace('<menclose notation="box">', '<mrow class="lp-boxed">').replace("menclose>", "mrow>")
        annotation = f'<annotation encoding="application/x-tex">{html.escape(source.strip(), quote=False)}</annotation>'
        start, body = move_sizes(element).removesuffix("</math>").split(">", 1)
        row = f'<mrow style="font-size: {tex.SIZES[size[1]]}%">' if size else "<mrow>"
        return f"{start}><semantics>{row}{body}</mrow>{annotation}</semantics></math>"

    def expand_unbalanced(self, source: str) -> str:
        r"""Return TeX with the macros written out that open what another one closes: ``\left[`` and ``\right]``."""
        for name, body in self.unbalanced.items():
            source = re.sub(rf"\\{name}(?![a-zA-Z])", lambda match, body=body: body, source)  # type: ignore[misc]
        return source


def is_balanced(body: str) -> bool:
    pairs = [(r"\\left(?![a-z])", r"\\right(?![a-z])"), (r"\\begin\b", r"\\end\b"), (r"(?<!\\)\{", r"(?<!\\)\}")]
    return all(len(re.findall(start, body)) == len(re.findall(end, body)) for start, end in pairs)


@cache
def usable(macros: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the macros that math-core accepts, in its spelling; formulas that use another one are refused."""
    accepted = dict(tex.MACROS)
    count = -1
    while count < len(accepted):  # a macro may use one that comes after it
        count = len(accepted)
        for name, body in macros:
            with suppress(LatexError, RefusedError):
                respelled = tex.respell(body)
                LatexToMathML(macros=accepted | {name: respelled})
                accepted[name] = respelled
    return accepted


def move_sizes(element: str) -> str:
    """Return MathML whose sizes are set by <mstyle>, as HTML's rules want, but for tables, which inherit no style."""
    element = re.sub(r'(<mtable displaystyle="\w+") scriptlevel="0"', r"\1", element)
    open_elements: list[bool] = []

    def moved(tag: re.Match[str]) -> str:
        if tag[1]:
            return f"{tag[0]}</mstyle>" if open_elements.pop() else tag[0]
        size = "".join(SIZE.findall(tag[0]))
        open_elements.append(bool(size))
        return f"<mstyle{size}>{SIZE.sub('', tag[0])}" if size else tag[0]

    return ELEMENT.sub(moved, element)


def align_rows(source: str) -> str:
    r"""Return the TeX of a math directive with its blank lines and bare `\\` as aligned rows, as Sphinx does."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", source) if part.strip()]
    if len(parts) > 1:
        return r"\begin{aligned}" + r" \\ ".join(parts) + r"\end{aligned}"
    bare = source
    for inner in (r"\\begin\{(\w+\*?)\}(?:(?!\\begin).)*?\\end\{\1\}", r"\{[^{}]*\}"):
        while bare != (bare := re.sub(inner, "", bare, flags=re.DOTALL)):
            pass
    return r"\begin{aligned}" + source + r"\end{aligned}" if re.search(r"\\\\|(?<!\\)&", bare) else source


def configure(build: Build, config: Config) -> None:
    """Choose the math renderer, and collect the macros of MathJax's configuration."""
    renderer = config.html_math_renderer or upstream.other_renderer(build.app)
    off = not config.leanpage_math or "math" in config.leanpage_skip
    if off or renderer not in (None, "mathjax", "mathml"):
        # An author who chose another renderer keeps it. Without a name Sphinx would take ours.
        config.html_math_renderer = "mathjax" if renderer in (None, "mathml") else renderer
        return
    config.html_math_renderer = "mathml"
    macros = mathjax_options(config).get("macros") or {}
    # MathJax writes a macro with arguments as [body, count]; a third item is the default of an optional one, which
    # math-core has not, so that formulas with it are refused.
    config.leanpage_math_macros = {
        name.lstrip("\\"): body if isinstance(body, str) else body[0]
        for name, body in (macros | config.leanpage_math_macros).items()
        if isinstance(body, str) or len(body) < 3
    }


def mathjax_options(config: Config) -> dict[str, Any]:
    """Return the ``tex`` part of MathJax's configuration; Sphinx 9 has settings for versions 3 and 4."""
    options: dict[str, Any] = {}
    for version in (3, 4):
        found = getattr(config, f"mathjax{version}_config", None)
        options |= (found or {}).get("tex") or {} if isinstance(found, dict) else {}
    return options


def converter_for(config: Config) -> Converter:
    return Converter(config.leanpage_math_macros, str(mathjax_options(config).get("tags", "none")))


def is_on(build: Build) -> bool:
    return build.writes_pages and build.config.html_math_renderer == "mathml"


def add_files(build: Build) -> None:
    """Write style and script before the pages: Sphinx adds a checksum of each to its address."""
    if is_on(build):
        for path in (STYLE, SCRIPT):
            write_file(build.folder, f"_static/leanpage/{path.name}", path.read_bytes())
        build.app.add_css_file(f"leanpage/{STYLE.name}")
        build.app.add_js_file(f"leanpage/{SCRIPT.name}")


def count_labels(build: Build) -> None:
    """Number the labels of equations that have none, where MyST-Parser draws them at random."""
    upstream.set_equation_label(lambda env: f"{env.docname}-{env.new_serialno('leanpage-equation')}")


def convert_document(build: Build, doctree: nodes.document, docname: str) -> None:
    """Convert all formulas of a document, or leave all to MathJax if its author says so or one is refused."""
    formulas = list(doctree.findall(lambda node: isinstance(node, (nodes.math, nodes.math_block))))
    if not is_on(build) or not formulas:
        return
    metadata = build.app.env.metadata.get(docname, {})
    by_author = str(metadata.get("leanpage_math", True)).lower() in ("false", "no", "off", "0")
    refused = [] if by_author else convert_all(formulas, converter_for(build.config))
    if by_author or refused:
        build.left_to_mathjax.add(docname)
        for node in formulas:
            node["leanpage"] = "mathjax"
    else:
        keep_punctuation(doctree)
    if refused:
        node, error = refused[0]
        others = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        build.notice(
            "math",
            f"this page is left to MathJax, since a formula{others} cannot be drawn without it: {error} "
            f"In: {' '.join(node.astext().split())}. Rewrite it, or set `leanpage_math: false` in the page's front "
            "matter.",
            node,
        )


def convert_all(formulas: list[Any], converter: Converter) -> list[tuple[Any, RefusedError]]:
    """Convert formulas in their order, storing the MathML in each node; return those that are refused."""
    refused = []
    for node in formulas:
        try:
            node["mathml"] = mathml_of(node, converter)
        except RefusedError as error:
            refused.append((node, error))
    return refused


def mathml_of(node: nodes.Element, converter: Converter) -> str:
    if isinstance(node, nodes.math):
        return converter.mathml(node.astext(), display=False)
    source = node.astext() if node["nowrap"] else align_rows(node.astext())
    return converter.mathml(source, display=True)


def keep_punctuation(doctree: nodes.document) -> None:
    """Allow no line break between a formula and a bracket or point beside it, where browsers would break."""
    for math in list(doctree.findall(nodes.math)):
        parent, at = math.parent, math.parent.index(math)
        before, after = parent[max(at - 1, 0) : at], parent[at + 1 : at + 2]
        opening = OPENING.search(before[0].astext()) if isinstance(next(iter(before), None), nodes.Text) else None
        closing = CLOSING.match(after[0].astext()) if isinstance(next(iter(after), None), nodes.Text) else None
        if opening:
            before = [nodes.Text(opening.string[: opening.start()])]
        if closing:
            after = [nodes.Text(closing.string[closing.end() :])]
        if opening or closing:
            marks = [nodes.Text(mark[0]) if mark else nodes.Text("") for mark in (opening, closing)]
            together = nodes.inline("", "", marks[0], math, marks[1], classes=["math-unbroken"])
            parent[max(at - 1, 0) : at + 2] = [*before, together, *after]


def mathml_or_none(translator: Any, node: nodes.Element) -> str | None:
    """Return a node's MathML, or None for MathJax. A title in another page's navigation is converted by itself."""
    if "mathml" in node or "leanpage" in node or translator.builder.name not in PAGE_BUILDERS:
        return node.get("mathml") if "leanpage" not in node else None
    try:
        return mathml_of(node, converter_for(translator.config))
    except RefusedError:
        return None


def visit_math(translator: Any, node: nodes.Element) -> None:
    element = mathml_or_none(translator, node)
    if element is None:
        return upstream.visit_with_mathjax(translator, node)
    tag = "span" if isinstance(node, nodes.math) else "div"
    translator.body.append(translator.starttag(node, tag, "", CLASS="math notranslate nohighlight"))
    translator.body.append(element if tag == "span" else f'<div class="scrolls">{element}</div>')
    if tag == "div" and node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append(f"</{tag}>")
    raise nodes.SkipNode


def load_mathjax(build: Build, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load MathJax on a page that is left to it, and for other formats than pages (EPUB), as Sphinx does."""
    if pagename in build.left_to_mathjax or build.config.html_math_renderer == "mathml" and not build.writes_pages:
        upstream.install_mathjax(build.app, pagename, templatename, context, doctree)


def use_tex_in_title(build: Build, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Keep only the TeX of formulas in a page's <title>, which would show MathML and TeX run together."""
    if "title" in context:
        context["title"] = MATH.sub(lambda math: "".join(ANNOTATION.findall(math[0])), context["title"])


def write_font(site: Site, build: Build) -> None:
    """Write the math font, cut to the characters on the pages, and name it in the style sheet."""
    if not is_on(build):
        return
    levels: list[set[str]] = [set(), set(), set()]
    for _, page in site.edit():
        draw_lines(page)
        for level, elements in zip(levels, by_size(page), strict=True):
            level |= characters(elements)
    sheet = STYLE.read_text("utf-8")
    if levels[0]:
        font = fonts.subset_font(FONT.read_bytes(), levels[0], levels[1:])
        sheet = sheet.replace("MATH_FONT", f"../{Path(site.write_hashed('math', '.woff2', font)).name}")
    else:
        sheet = re.sub(r"@font-face \{.*?\}\n", "", sheet, flags=re.DOTALL)
    site.write(f"_static/leanpage/{STYLE.name}", sheet.encode())


def draw_lines(page: Tree) -> None:
    r"""Draw ``\overline`` and ``\underline`` as borders: stretched, U+0332 is lost on dense screens (Chromium 156)."""
    for node in page.find("math mover[accent], math munder[accentunder]"):
        mark = node.last_child
        if mark is not None and mark.tag == "mo" and mark.text() == "\u0332":
            side = "lp-over" if node.tag == "mover" else "lp-under"
            mark.decompose()
            for name in ("accent", "accentunder"):
                if has(node, name):
                    del node.attrs[name]
            row = rename(page, node, "mrow")
            row.attrs["class"] = f"{attribute(row, 'class')} {side}".strip()


def by_size(page: Tree) -> list[list[Node]]:
    """Return the math of a page, what of it is set as small as scripts, and what is smaller still."""
    small = page.find(SMALLER)
    nested = {inner.mem_id for node in small for inner in node.css("*") if inner.mem_id != node.mem_id}
    return [page.find("math"), small, [node for node in small if has(node, "scriptlevel") or node.mem_id in nested]]


def characters(math: Iterable[Node]) -> set[str]:
    """Return the characters that MathML elements show, with the slanted forms of single letters."""
    shown: set[str] = set()
    for node in math:
        element = ANNOTATION.sub("", node.html or "")
        shown.update(html.unescape(re.sub(r"<[^>]*>", "", element)))
        if "<msqrt" in element or "<mroot" in element:  # browsers draw the sign, which the page does not contain
            shown.add("\N{SQUARE ROOT}")
        shown.update(italic(letter) for letter in re.findall(r"<mi>(.)</mi>", element))  # browsers slant these
    return shown


def italic(letter: str) -> str:
    """Return the mathematical italic form of a letter, or the letter itself if there is none."""
    if letter == "h":
        return "\N{PLANCK CONSTANT}"
    name = unicodedata.name(letter, "").replace("LATIN ", "").replace("GREEK ", "").replace(" LETTER", "")
    try:
        return unicodedata.lookup(f"MATHEMATICAL ITALIC {name}")
    except KeyError:
        return letter
