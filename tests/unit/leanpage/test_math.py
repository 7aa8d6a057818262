"""leanpage.math: LaTeX to MathML, the font's glyphs, and errors that name file and line."""

import io
import re
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont
from math_core import LatexToMathML
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from leanpage import fonts
from leanpage import math as leanmath
from leanpage.tree import Tree


def mathml(tex, display=True, **macros):
    converter = LatexToMathML(fancy_error=False, macros=macros)
    return leanmath.mathml(tex, display=display, converter=converter, macros=macros)


def test_formula_keeps_its_source_for_those_who_copy_it():
    assert '<annotation encoding="application/x-tex">a &lt; b</annotation>' in mathml("a < b")


@pytest.mark.parametrize("environment", ["align", "equation", "gather"])
def test_environments_are_numbered_by_sphinx_alone(environment):
    element = mathml(rf"\begin{{{environment}}}a = b\label{{x}}\end{{{environment}}}")
    assert "(1)" not in re.sub("<annotation.*</annotation>", "", element)


@pytest.mark.parametrize(
    "tex, aligned",
    [
        (r"a &= b \\ c &= d", True),
        ("a = b\n\nc = d", True),
        (r"\begin{cases} 1 & x \\ 0 & y \end{cases}", False),
        (r"\sum_{\substack{a \\ b}} x", False),
        (r"a \& b", False),
        ("a = b", False),
    ],
)
def test_only_bare_rows_are_aligned(tex, aligned):
    assert leanmath.arrange(tex).startswith(r"\begin{aligned}") == aligned
    assert "<math" in mathml(leanmath.arrange(tex), substack=leanmath.ALIASES["substack"])


@pytest.mark.parametrize(
    "tex, same",
    [
        (r"\begin{bmatrix}a \cr b\end{bmatrix}", r"\begin{bmatrix}a \\ b\end{bmatrix}"),
        (r"\text{if $x$ or $y$ holds}", r"\text{if }x\text{ or }y\text{ holds}"),
        (r"\begin{split}a &= b\end{split}", r"\begin{aligned}a &= b\end{aligned}"),
        (r"\cross", r"\cross"),
    ],
)
def test_spellings_of_mathjax_are_known(tex, same):
    assert leanmath.respelled(tex) == same


@pytest.mark.parametrize(
    "tex, styles",
    [
        (r"\dfrac{1}{\frac{2}{\tfrac34}} + \dbinom{n}{k}", 3),
        (r"\cfrac{1}{2} + \genfrac(){0pt}{0}{n}{k}", 2),
        (r"\frac12 + \left(\begin{smallmatrix} \frac12 \\ b \end{smallmatrix}\right)_{\substack{c \\ d}}", 2),
        (r"\frac12", 0),
    ],
)
def test_what_has_another_size_is_as_html_allows(tex, styles):
    drawn = mathml(tex)
    assert not re.search(r"<(?!mstyle\b)\w+[^>]* (displaystyle|scriptlevel)=", drawn)
    assert len(re.findall(r"<mstyle (?:displaystyle|scriptlevel)=", drawn)) == drawn.count("</mstyle>") == styles
    assert len(list(ElementTree.fromstring(drawn).iter("mfrac"))) == tex.count("frac") + tex.count("binom")


def test_font_holds_what_pages_show_and_little_else():
    page = mathml(r"\sqrt{h} + \theta \in \mathbb{R}") + "<p>not math: q</p>"
    shown = leanmath.characters(Tree(page).find("math"))
    assert set("√ℎ+𝜃∈ℝ") <= shown
    assert not {"q", "𝑞"} & shown
    font = fonts.cut(leanmath.FONT.read_bytes(), shown)
    parsed = TTFont(io.BytesIO(font))
    assert set(map(ord, "√ℎ+𝜃∈ℝ")) <= set(parsed.getBestCmap())
    assert "MATH" in parsed and parsed["MATH"].table.MathVariants.VertGlyphCoverage.glyphs  # the root still stretches
    assert len(font) < 10_000
    assert font == fonts.cut(leanmath.FONT.read_bytes(), shown)


@pytest.mark.parametrize(
    "tex, small, smaller",
    [
        ("a + b", "", ""),
        (r"a_{b} + \sum_{c}^{d} e", "bcd", ""),
        (r"\sqrt[a]{b} + \frac{c}{d}", "acd", ""),
        (r"a^{b_{c}} + \frac{d^{e}}{f}", "bcdef", "ce"),
        (r"{\scriptscriptstyle a} b", "a", "a"),
    ],
)
def test_what_browsers_set_smaller_is_known(tex, small, smaller):
    _, *sizes = leanmath.by_size(Tree(mathml(tex)))
    assert [{c for c in leanmath.characters(size) if c.isascii()} for size in sizes] == [set(small), set(smaller)]


def test_font_holds_the_small_forms_of_what_is_set_small_and_no_hints():
    glyphs = TTFont(leanmath.FONT).getBestCmap()

    def forms(*smaller):
        font = TTFont(io.BytesIO(fonts.cut(leanmath.FONT.read_bytes(), set("abc"), smaller)))
        assert not {"fpgm", "prep", "cvt "} & set(font.keys())
        names = {name: chr(code) for code, name in font.getBestCmap().items()}
        features = [f.Feature for f in font["GSUB"].table.FeatureList.FeatureRecord if f.FeatureTag == "ssty"]
        lookups = [font["GSUB"].table.LookupList.Lookup[n] for feature in features for n in feature.LookupListIndex]
        return {names[g]: len(small) for one in lookups for t in one.SubTable for g, small in t.alternates.items()}

    assert {ord("a"), ord("b")} <= set(glyphs)
    assert forms({"a", "b"}, {"b"}) == {"a": 1, "b": 2}
    assert forms() == {}


@pytest.fixture
def build(tmp_path):
    """Build a one-page Sphinx project with leanpage.math; returns its HTML, and raises what the build raises."""

    def run(text, **config):
        source, out = tmp_path / "source", tmp_path / "out"
        source.mkdir(exist_ok=True)
        (source / "index.md").write_text(text, "utf-8")
        extensions = ["myst_parser", "leanpage.math"]
        overrides = {"extensions": extensions, "myst_enable_extensions": ["dollarmath", "amsmath"], **config}
        trees = tmp_path / "trees"
        with docutils_namespace():  # what Sphinx registers with docutils must not outlive this build
            Sphinx(source, None, out, trees, "html", confoverrides=overrides, status=None, warning=warnings).build()
        return (out / "index.html").read_text("utf-8")

    warnings = run.warnings = io.StringIO()
    return run


def test_page_has_mathml_numbers_and_references_and_no_mathjax(build):
    html = build(
        "# Loss $\\ell$\n\nSee {eq}`ce`.\n\n$$\nH = \\E{x}\n$$ (ce)\n",
        mathjax3_config={"tex": {"macros": {"E": [r"\mathbb{E}\left[#1\right]", 1]}}},
    )
    assert html.count("<math") >= 2 and "𝔼" in html
    assert re.search(r'<span class="eqno">\(1\)', html)
    assert 'href="#equation-ce">(1)</a>' in html
    assert "mathjax@" not in html and r"\(" not in html


def test_no_line_ends_between_a_formula_and_the_mark_beside_it(build):
    html = build("# A\n\n$a$, then ($b$) or **$c$**: a $d$-axis ends $e$ here, $f$.\n")
    plain = re.sub(r"<math.*?<mi>(.*?)</mi>.*?</math>", r"\1", html, flags=re.DOTALL)
    plain = re.sub(r'<span class="math [^>]*>(.*?)</span>', r"\1", plain)
    assert (
        '<p><span class="math-unbroken">a,</span> then <span class="math-unbroken">(b)</span> or <strong>c</strong>: a '
        '<span class="math-unbroken">d-</span>axis ends e here, <span class="math-unbroken">f.</span></p>' in plain
    )
    assert "math-unbroken" not in build("---\nleanpage_math: false\n---\n\n# A\n\n$a$, b.\n")


def test_macro_written_in_a_page_holds_for_that_page(build):
    assert "𝕂" in build("# T\n\n$\\newcommand{\\K}{\\mathbb{K}}$\n\n$\\K$\n")


def test_tex_that_cannot_be_shown_fails_the_build_again_and_again(build):
    for _ in range(2):
        with pytest.raises(Exception, match="math on these pages could not be converted.*index"):
            build("# T\n\nFine.\n\n$$\nx \\nosuchcommand y\n$$\n")
    assert re.search(r"index\.md:5: .*nosuchcommand", build.warnings.getvalue())


@pytest.mark.parametrize("false", ["false", "off", '"False"'])
def test_page_may_be_left_to_mathjax_and_no_other_is(build, false, tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source/other.md").write_text("---\norphan: true\n---\n# T\n\n$y$\n")
    html = build(f"---\nleanpage_math: {false}\n---\n# T\n\n$\\nosuch$\n\n$$\nx \\nosuch y\n$$\n")
    assert r"\(\nosuch\)" in html and r"x \nosuch y" in html and "<math" not in html and "mathjax@" in html
    other = (tmp_path / "out/other.html").read_text("utf-8")
    assert "<math" in other and "mathjax@" not in other


def test_book_may_be_left_to_mathjax(build):
    html = build("# T\n\n$\\nosuch$\n", leanpage_math=False)
    assert r"\(\nosuch\)" in html and "<math" not in html and "mathjax@" in html


def test_refusal_says_the_way_out(build):
    with pytest.raises(Exception, match="`leanpage_math: false` in a page's front matter"):
        build("# T\n\n$\\nosuchcommand$\n")


# --- what MathJax shows and math-core has not, or has as nothing ---


@pytest.mark.parametrize(
    "tex, shown",
    [
        (r"\boxed{a+b}", '<mrow class="lp-boxed">'),
        (r"\cancel{d}", '<mrow class="lp-cancel"><mi>d</mi>'),
        (r"\texttt{run}", "<mtext>run</mtext>"),
        (r"\begin{cases} u = 1 \\[4pt] v = 2 \end{cases}", "padding-bottom:calc(0.5ex + 0.4em)"),
        (r"\begin{aligned}[t] p &= q \\* r &= s \end{aligned}", "<mi>p</mi>"),
        (r"u = v \tag{A}", "<mtext>(A)</mtext>"),
        (r"\begin{align*} u &= v \tag{A} \\ w &= z \end{align*}", "<mtext>(A)</mtext>"),
        (r"\begin{eqnarray} u &=& v \\ w &=& z \end{eqnarray}", "<mi>z</mi>"),
        (r"\begin{alignedat}{2} u &= v &\quad w &= z \end{alignedat}", "<mi>z</mi>"),
        (r"\left(\begin{smallmatrix} 1 & 0 \\ 0 & 1 \end{smallmatrix}\right)", 'scriptlevel="1"'),
        (r"\cases{1 & odd \cr 0 & even}", "<mo>{</mo>"),
        (r"\text{my_name}", "<mtext>my_name</mtext>"),
        (r"\text{if $x$ or $y$}", "<mi>x</mi>"),
        (r"\textcolor{#cc0000}{u}", "color:#cc0000"),
        (r"\colorbox{yellow}{u}", "background:yellow"),
        (r"\large u", "font-size:1.2em"),
        (r"\mathop{\rm arg}\limits_u", "<munder>"),
        (r"\ce{H2O}", "<msub>"),
        (r"\DeclareMathOperator{\rank}{rank} \rank M", "<mi>rank</mi>"),
        (r"\href{https://example.org}{u}", '<a href="https://example.org">'),
        (r"\rule{1em}{1pt}", "background:currentcolor"),
        (r"\unicode{x2103}", "\N{DEGREE CELSIUS}"),
        (r"\smash{u}", '<mpadded height="0" depth="0">'),
        (r"\begin{array}{@{}l} u \end{array}", "<mi>u</mi>"),
        (r"\begin{eqnarray} u &=& v \\ &=& z \tag{8} \end{eqnarray}", "<mtext>(8)</mtext>"),
        (r"15\,\text{%} u", "<mtext>%</mtext><mi>u</mi>"),
        (r"a \not\implies b", "⇏"),
        (r"\left< u \right>", "\N{MATHEMATICAL LEFT ANGLE BRACKET}"),
    ],
)
def test_what_public_books_write_is_drawn(tex, shown):
    element = re.sub("<annotation.*</annotation>", "", mathml(tex))
    assert shown in element and not re.search("[\U000f0000-\U000fffff]", element)


def test_tag_stands_alone_beside_its_rows():
    """Where a row has a tag, Sphinx's number and math-core's own are none of the formula's."""
    element = mathml(r"\begin{eqnarray} u &=& v \\ &=& z \tag{8} \end{eqnarray}")
    assert "(1)" not in element and element.count("<mtable") == 1


def test_macro_may_close_what_another_opens():
    element = mathml(r"\lsq \frac{\half{u}}{2} \rsq", lsq=r"\left[", rsq=r"\right]", half=r"\frac{#1}{2}")
    assert element.index("<mo>[</mo>") < element.index("<mi>u</mi>") < element.index("<mo>]</mo>")


def test_macro_that_calls_itself_is_an_error():
    with pytest.raises((leanmath.LatexError, leanmath.TexError)):
        mathml(r"\again \boxed{u}", again=r"\again")


@pytest.mark.parametrize(
    "tex", [r"\begin{CD} A @>>> B \end{CD}", r"\enclose{phasorangle}{x}", r"\frac{1}{", r"\href{javascript:x}{u}"]
)
def test_what_cannot_be_drawn_is_an_error(tex):
    with pytest.raises((leanmath.LatexError, leanmath.TexError)):
        mathml(tex)
