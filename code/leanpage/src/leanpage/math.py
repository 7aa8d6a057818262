"""Math with no JavaScript: LaTeX becomes MathML while the book is built, with a math font cut to the glyphs in use."""

import html
import re
import unicodedata
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.ext import mathjax
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from . import fonts, pages
from . import made as records
from .tex import Rewriter, TexError, settled
from .tree import Node, Tree, has, inside

logger = logging.getLogger(__name__)

STYLE = Path(__file__).parent / "static" / "leanpage-math.css"
SCRIPT = Path(__file__).parent / "static" / "leanpage-math.js"
FONT = files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
# Commands that authors know from MathJax and that math-core spells in another way.
ALIASES = {"mbox": r"\text{#1}", "substack": r"\begin{subarray}{c}#1\end{subarray}", "widetilde": r"\tilde{#1}"}
#: Math inside text inside math: `\text{if $x$ holds}`.
MIXED = re.compile(r"\\(text(?:rm|bf|it)?|mbox)\{([^{}$]*)\$([^$]*)\$((?:[^{}$]|\$[^$]*\$)*)\}")
NUMBERED = re.compile(r"\\(begin|end)\{(align|equation|gather|multline)\}")
#: What math-core takes and draws as nothing, as stray signs, or in a way that browsers do not know.
SILENT = re.compile(
    r"\\(?:boxed|fbox|[bx]?cancel|texttt|colorbox|href|DeclareMathOperator)\b|\\\\\s*(?:\*|\[\s*-?[\d.]+\s*[a-z]{2}\s*\])"
    r"|\\begin\{(?:aligned|gathered|array)\}\s*\["
)
#: In words a per cent sign is one, and begins no comment.
WORDS = re.compile(r"\\(?:text(?:rm|bf|it|sf|tt|normal)?|mbox|hbox)\{[^{}\n]*\}")
#: Where a browser sets math smaller: in scripts and limits, in the index of a root, in fractions in a line of text.
_SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mroot")
SMALLER = ", ".join([*(f"{name} > :nth-child(n+2)" for name in _SCRIPTS), "mfrac > *", "math [scriptlevel]"])
#: What belongs to the formula before it, or after it, and stands on its line.
CLOSING, OPENING = re.compile(r"[.,;:!?…%)\]’”'\"‐–-]+"), re.compile(r"[(\[‘“'\"]+$")
STYLED = re.compile(r"<(/?)(m(?!ath\b|style\b)\w+)([^>]*)(?<!/)>")
SIZE = re.compile(r' (?:displaystyle|scriptlevel)="[^"]*"')
MATH = re.compile(r"<math.*?</math>", re.DOTALL)
ANNOTATION = re.compile(r"<annotation.*?</annotation>", re.DOTALL)


def mathml(tex: str, *, display: bool, converter: LatexToMathML, macros: dict[str, str] | None = None) -> str:
    """Return `tex` as a MathML element that carries its own source as an annotation, for those who copy it."""
    element = sized(converted(tex, display=display, converter=converter, macros=macros or {}))
    annotation = f'<annotation encoding="application/x-tex">{html.escape(tex.strip(), quote=False)}</annotation>'
    head, body = element.removesuffix("</math>").split(">", 1)
    return f"{head}><semantics><mrow>{body}</mrow>{annotation}</semantics></math>"


def converted(tex: str, *, display: bool, converter: LatexToMathML, macros: dict[str, str]) -> str:
    """Return `tex` as math-core has it; spelled anew where it does not know it, or would draw it as nothing."""
    tex = WORDS.sub(lambda words: re.sub(r"(?<!\\)%", r"\\%", words[0]), tex)
    if not SILENT.search(tex):
        try:
            return converter.convert_with_global_state(respelled(tex), displaystyle=display)
        except LatexError as error:
            problem = error
    else:
        problem = None
    rewriter = Rewriter(display=display, macros=macros)
    if (
        display
        and re.search(r"\\tag\b", tex)
        and not re.search(r"\\begin\{(?:equation|align|gather|multline|flalign|eqnarray)", tex)
    ):
        tex = rf"\begin{{equation}}{tex}\end{{equation}}"
    try:
        return settled(converter.convert_with_global_state(rewriter(tex), displaystyle=display), rewriter.marks)
    except (LatexError, TexError) as error:
        raise problem or error from None


def sized(element: str) -> str:
    """Return MathML in which an `mstyle` says what is of another size: HTML's rules allow it to no row, no fraction."""
    own: list[bool] = []

    def moved(tag: re.Match[str]) -> str:
        if tag[1]:
            return f"{tag[0]}</mstyle>" if own.pop() else tag[0]
        own.append(bool(size := "".join(SIZE.findall(tag[3]))))
        return f"<mstyle{size}><{tag[2]}{SIZE.sub('', tag[3])}>" if size else tag[0]

    return STYLED.sub(moved, element)


def respelled(tex: str) -> str:
    """Return `tex` in the spelling that math-core knows, where it and MathJax differ."""
    # Sphinx numbers the equations, so that {eq} finds them; the environments must not number them a second time.
    tex = NUMBERED.sub(r"\\\1{\2*}", re.sub(r"\\label\{[^{}]*\}", "", tex))
    tex = tex.replace(r"\begin{split}", r"\begin{aligned}").replace(r"\end{split}", r"\end{aligned}")
    tex = re.sub(r"\\cr(?![a-zA-Z])", r"\\\\", tex)
    while tex != (tex := MIXED.sub(r"\\\1{\2}\3\\\1{\4}", tex)):
        pass
    return tex


def arrange(tex: str) -> str:
    r"""Return the body of a math directive, its blank lines and bare `\\` made aligned rows, as Sphinx does."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", tex) if part.strip()]
    if len(parts) > 1:
        return r"\begin{aligned}" + r" \\ ".join(parts) + r"\end{aligned}"
    bare = tex
    for inner in (r"\\begin\{(\w+\*?)\}(?:(?!\\begin).)*?\\end\{\1\}", r"\{[^{}]*\}"):
        while bare != (bare := re.sub(inner, "", bare, flags=re.DOTALL)):
            pass
    return r"\begin{aligned}" + tex + r"\end{aligned}" if re.search(r"\\\\|(?<!\\)&", bare) else tex


def convert(translator: Any, node: nodes.Element, tex: str, *, display: bool) -> str:
    """Return the MathML of `node`; TeX that cannot be converted is reported with its file and line."""
    if not hasattr(translator, "leanpage_math"):  # one a page, so that a \newcommand holds until the page ends
        known = ALIASES | translator.config.leanpage_math_macros
        translator.leanpage_math = LatexToMathML(macros=known, fancy_error=False, global_group=True)
    macros = translator.config.leanpage_math_macros
    try:
        return mathml(tex, display=display, converter=translator.leanpage_math, macros=macros)
    except (LatexError, TexError) as error:
        problem = re.sub(r"^\d+: ", "", str(error))
        logger.error("math that MathML cannot show: %s In: %s", problem, tex.strip(), location=node)
        translator.builder.env.leanpage_bad_math.add(translator.docnames[0])
        return f"<code>{html.escape(tex)}</code>"


def left_to_mathjax(app: Sphinx, docname: str) -> bool:
    """Whether a page's front matter leaves its formulas to MathJax: `leanpage_math: false`."""
    return str(app.env.metadata.get(docname, {}).get("leanpage_math", True)).lower() in ("false", "no", "off", "0")


def visit_math(translator: Any, node: nodes.math) -> None:
    if left_to_mathjax(translator.builder.app, translator.docnames[0]):
        return mathjax.html_visit_math(translator, node)
    translator.body.append(translator.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    translator.body.append(convert(translator, node, node.astext(), display=False) + "</span>")
    raise nodes.SkipNode


def visit_math_block(translator: Any, node: nodes.math_block) -> None:
    if left_to_mathjax(translator.builder.app, translator.docnames[0]):
        return mathjax.html_visit_displaymath(translator, node)
    tex = node.astext() if node["nowrap"] else arrange(node.astext())
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    translator.body.append(f'<div class="scrolls">{convert(translator, node, tex, display=True)}</div>')
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def keep_together(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let no line end between a formula and a bracket or point beside it, where browsers would break it."""
    if left_to_mathjax(app, docname):
        return
    for math in list(doctree.findall(nodes.math)):
        parent, place = math.parent, math.parent.index(math)
        before, after = parent[max(place - 1, 0) : place], parent[place + 1 : place + 2]
        opening = OPENING.search(before[0].astext()) if isinstance(next(iter(before), None), nodes.Text) else None
        closing = CLOSING.match(after[0].astext()) if isinstance(next(iter(after), None), nodes.Text) else None
        if opening:
            before = [nodes.Text(opening.string[: opening.start()])]
        if closing:
            after = [nodes.Text(closing.string[closing.end() :])]
        if opening or closing:
            marks = [nodes.Text(mark[0]) if mark else nodes.Text("") for mark in (opening, closing)]
            together = nodes.inline("", "", marks[0], math, marks[1], classes=["math-unbroken"])
            parent[max(place - 1, 0) : place + 2] = [*before, together, *after]


def by_size(page: Tree) -> list[list[Node]]:
    """Return the math of a page; what of it is set smaller, as scripts are; what smaller still, scripts of these."""
    small = page.find(SMALLER)
    places = {node.mem_id for node in small}
    smaller = [n for n in small if has(n, "scriptlevel") or inside(n, lambda parent: parent.mem_id in places)]
    return [page.find("math"), small, smaller]


def characters(math: Iterable[Node]) -> set[str]:
    """Return the characters that elements of MathML show, the slanted forms of single letters among them."""
    shown: set[str] = set()
    for node in math:
        element = ANNOTATION.sub("", node.html or "")
        shown.update(html.unescape(re.sub(r"<[^>]*>", "", element)))
        if "<msqrt" in element or "<mroot" in element:  # the browser draws the sign, which stands nowhere in the page
            shown.add("\N{SQUARE ROOT}")
        # A browser slants a one-letter <mi> by itself, too.
        shown.update(italic(letter) for letter in re.findall(r"<mi>(.)</mi>", element))
    return shown


def italic(letter: str) -> str:
    """Return the mathematical italic form of one letter, or the letter itself where there is none."""
    if letter == "h":
        return "\N{PLANCK CONSTANT}"
    name = unicodedata.name(letter, "").replace("LATIN ", "").replace("GREEK ", "").replace(" LETTER", "")
    try:
        return unicodedata.lookup(f"MATHEMATICAL ITALIC {name}")
    except KeyError:
        return letter


def plain_title(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Leave the TeX alone in a page's <title>, which would show the formula and its source run together."""
    if "title" in context:
        context["title"] = MATH.sub(lambda math: "".join(ANNOTATION.findall(math[0])), context["title"])


def load_mathjax(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let a page that is left to MathJax load it, as Sphinx does where MathJax is the renderer."""
    if app.config.html_math_renderer == "mathml" and left_to_mathjax(app, page):
        app.config.html_math_renderer = "mathjax"
        mathjax.install_mathjax(app, page, template, context, doctree)
        app.config.html_math_renderer = "mathml"


def write_font(app: Sphinx, site: pages.Site) -> None:
    """Write the math font and put its name into the style sheet, now that every page stands."""
    if bad := app.env.leanpage_bad_math:  # type: ignore[attr-defined]
        raise ExtensionError(
            f"math on these pages could not be converted (see above): {', '.join(sorted(bad))}. Mend it, or leave it "
            "to MathJax: with `leanpage_math: false` in a page's front matter (a notebook's metadata) that page's, "
            "with the same in `sphinx: config:` the whole book's."
        )
    sizes = [set[str]().union(*map(characters, same)) for same in zip(*map(by_size, site.pages.values()), strict=True)]
    font = fonts.cut(FONT.read_bytes(), sizes[0], sizes[1:])
    name = f"math-{fonts.digest(font)}.woff2"
    site.write(f"_static/{name}", font)
    site.write("_static/leanpage-math.css", STYLE.read_text("utf-8").replace("MATH_FONT", name).encode())


def choose_renderer(app: Sphinx, config: Config) -> None:
    if not config.leanpage_math:
        config.html_math_renderer = config.html_math_renderer or "mathjax"  # not ours, which Sphinx would choose
        return
    config.html_math_renderer = "mathml"
    stock: dict[str, Any] = {}
    for version in (3, 4):  # Sphinx 9 knows both
        mathjax_config = getattr(config, f"mathjax{version}_config", None) or {}
        stock |= (mathjax_config.get("tex") or {}).get("macros") or {}
    # MathJax writes a macro with arguments as [text, number of arguments]; math-core counts them itself.
    config.leanpage_math_macros = {
        name.lstrip("\\"): value if isinstance(value, str) else value[0]
        for name, value in (stock | config.leanpage_math_macros).items()
    }


def start(app: Sphinx, env: BuildEnvironment) -> None:
    """Before any page is written: Sphinx adds to the files' addresses what it finds in them."""
    env.leanpage_bad_math = set()  # type: ignore[attr-defined]
    if app.builder.format == "html" and not pages.all_stand(app):
        for path in (STYLE, SCRIPT):
            records.made(app).write(f"_static/{path.name}", path.read_bytes())


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("leanpage.pages")
    app.add_config_value("leanpage_math", True, "env", types=[bool])
    app.add_config_value("leanpage_math_macros", {}, "env", types=[dict])
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.add_css_file("leanpage-math.css")
    app.add_js_file("leanpage-math.js")
    app.connect("config-inited", choose_renderer)
    app.connect("env-updated", start, priority=600)  # when it is known whether pages are written
    app.connect("doctree-resolved", keep_together, priority=950)  # after notebooks are made of it
    app.connect("html-page-context", load_mathjax)
    app.connect("html-page-context", plain_title)
    app.connect("leanpage-site", write_font, priority=300)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
