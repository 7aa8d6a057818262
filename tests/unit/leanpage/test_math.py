"""leanpage.steps.math: LaTeX to MathML, the font's glyphs, and pages that are left to MathJax."""

import io
import re
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from leanpage.steps import fonts, tex
from leanpage.steps import math as leanmath
from leanpage.steps.tex import RefusedError
from leanpage.tree import Tree


def mathml(tex, display=True, **macros):
    return leanmath.Converter(macros).mathml(tex, display=display)


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
    assert leanmath.align_rows(tex).startswith(r"\begin{aligned}") == aligned
    assert "<math" in mathml(leanmath.align_rows(tex))


@pytest.mark.parametrize(
    "source, same",
    [
        (r"\begin{bmatrix}a \cr b\end{bmatrix}", r"\begin{bmatrix}a \\ b\end{bmatrix}"),
        (r"\text{if $x$ or $y$ holds}", r"\text{if }x\text{ or }y\text{ holds}"),
        (r"\begin{split}a &= b\end{split}", r"\begin{aligned}a &= b\end{aligned}"),
        (r"\cross", r"\cross"),
        (r"\newcommand{\half}[1]{\frac{#1}{2}}", r"\def\half#1{\frac{#1}{2}}"),
        (r"\DeclareMathOperator*{\best}{best}", r"\def\best{\operatorname*{best}}"),
        (r"\begin{array}{@{}l*{2}{c}} u \end{array}", r"\begin{array}{lcc} u \end{array}"),
        ("a\\\nb \\\\\n c", r"a\ b \\" + "\n c"),
        (r"\alpha*x \operatorname*{arg}", r"\alpha *x \operatorname*{arg}"),
        (r"\text{\# of 5\% or # a_b}", r"\text{\#{} of 5\%{} or \#{} a\_b}"),
        (r"\begin {align} x \end {align}", r"\begin{align*} x \end{align*}"),
        (
            r"\mathop{\mathrm{arg\,min}}_x \mathop{\rm sup}\limits^y",
            r"\operatorname*{arg\,min}_x \operatorname*{sup}\limits^y",
        ),
        (r"\widetilde{x} \widetilde{xy}", r"\tilde{x} \widetilde{xy}"),
        (r"\begin{cases} a \\ b \\[2pt] \end{cases}", r"\begin{cases} a \\ b \end{cases}"),
        (r"\begin{matrix}a\\ \\\end{matrix}", r"\begin{matrix}a\\ \end{matrix}"),
        (r"\begin{array}{c} a \\ \begin{cases} b \end{cases} \end{array}",) * 2,
    ],
)
def test_spellings_of_mathjax_are_known(source, same):
    assert tex.respell(source) == same


@pytest.mark.parametrize(
    "tex, styles",
    [
        (r"\dfrac{1}{\frac{2}{\tfrac34}} + \dbinom{n}{k}", 3),
        (r"\cfrac{1}{2} + \genfrac(){0pt}{0}{n}{k}", 2),
        (r"\frac12 + a_{\substack{c \\ d}}", 1),
        (r"\frac12", 0),
    ],
)
def test_what_has_another_size_is_as_html_allows(tex, styles):
    drawn = mathml(tex)
    assert not re.search(r"<(?!mstyle\b|mtable displaystyle=)\w+[^>]* (displaystyle|scriptlevel)=", drawn)
    assert len(re.findall(r"<mstyle (?:displaystyle|scriptlevel)=", drawn)) == drawn.count("</mstyle>") == styles
    assert len(list(ElementTree.fromstring(drawn).iter("mfrac"))) == tex.count("frac") + tex.count("binom")


def test_font_holds_what_pages_show_and_little_else():
    page = mathml(r"\sqrt{h} + \theta \in \mathbb{R}") + "<p>not math: q</p>"
    shown = leanmath.characters(Tree(page).find("math"))
    assert set("√ℎ+𝜃∈ℝ") <= shown
    assert not {"q", "𝑞"} & shown
    font = fonts.subset_font(leanmath.FONT.read_bytes(), shown)
    parsed = TTFont(io.BytesIO(font))
    assert set(map(ord, "√ℎ+𝜃∈ℝ")) <= set(parsed.getBestCmap())
    assert "MATH" in parsed and parsed["MATH"].table.MathVariants.VertGlyphCoverage.glyphs  # the root still stretches
    assert len(font) < 10_000
    assert font == fonts.subset_font(leanmath.FONT.read_bytes(), shown)


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


def forms(characters, *smaller):
    """The characters with forms for scripts in a font that is cut to some, and how many each has."""
    font = TTFont(io.BytesIO(fonts.subset_font(leanmath.FONT.read_bytes(), characters, smaller)))
    assert not {"fpgm", "prep", "cvt "} & set(font.keys())
    names = {name: chr(code) for code, name in font.getBestCmap().items()}
    features = [f.Feature for f in font["GSUB"].table.FeatureList.FeatureRecord if f.FeatureTag == "ssty"]
    lookups = [font["GSUB"].table.LookupList.Lookup[n] for feature in features for n in feature.LookupListIndex]
    return {names[g]: len(small) for one in lookups for t in one.SubTable for g, small in t.alternates.items()}


def test_font_holds_the_small_forms_of_what_is_set_small_and_no_hints():
    glyphs = TTFont(leanmath.FONT).getBestCmap()
    assert {ord("a"), ord("b")} <= set(glyphs)
    assert forms(set("abc"), {"a", "b"}, {"b"}) == {"a": 1, "b": 2}
    assert forms(set("abc")) == {}


def test_prime_has_its_form_for_scripts_which_is_not_raised_twice():
    page = Tree(mathml("f'(x) + g''_n"))
    shown, *sizes = map(leanmath.characters, leanmath.by_size(page))
    assert {"\N{PRIME}", "\N{DOUBLE PRIME}"} <= set(forms(shown, *sizes))


@pytest.fixture
def build(tmp_path):
    """Build a one-page Sphinx project with leanpage.math; returns its HTML, and raises what the build raises."""

    def run(text, **config):
        source, out = tmp_path / "source", tmp_path / "out"
        source.mkdir(exist_ok=True)
        (source / "index.md").write_text(text, "utf-8")
        extensions = ["myst_parser", "leanpage"]
        overrides = {"extensions": extensions, "myst_enable_extensions": ["dollarmath", "amsmath"], **config}
        overrides |= {"source_suffix": {".md": "markdown"}, "templates_path": []}  # defaults last for a process
        trees = tmp_path / "trees"
        with docutils_namespace():  # what Sphinx registers with docutils must not outlive this build
            Sphinx(source, None, out, trees, "html", confoverrides=overrides, status=said, warning=said).build()
        return (out / "index.html").read_text("utf-8")

    said = run.said = io.StringIO()
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
    assert "<title>Loss \\ell" in html and 'property="og:title" content="Loss \\ell"' in html


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


REFUSED = "# T\n\nFine $x$.\n\n$$\nx \\nosuchcommand y\n$$ (one)\n\nSee {eq}`one`.\n"


def test_page_with_a_refused_formula_is_left_to_mathjax_and_named(build):
    html = build(REFUSED)
    assert "<math" not in html and r"\(x\)" in html and r"x \nosuchcommand y" in html and "mathjax@" in html
    assert re.search(r'<span class="eqno">\(1\)<a class="headerlink" href="#equation-one"', html)
    assert "WARNING" not in build.said.getvalue()
    assert re.search(r'index\.md:5: leanpage\.math: .*"\\nosuchcommand"', build.said.getvalue())


def test_strict_book_gets_a_warning_and_either_can_be_suppressed(build):
    build(REFUSED, leanpage_strict=True)
    assert re.search(r"index\.md:5: WARNING: .*nosuchcommand", build.said.getvalue())
    build.said.truncate(0)
    build(REFUSED, leanpage_strict=True, suppress_warnings=["leanpage.math"])
    build(REFUSED, suppress_warnings=["leanpage.math"])
    assert "nosuchcommand" not in build.said.getvalue()


def test_numbered_environment_of_a_page_left_to_mathjax_has_its_number_and_permalink(build):
    html = build("---\nleanpage_math: false\n---\n\n# T\n\n\\begin{equation}\na = b\n\\end{equation}\n")
    assert re.search(r'<span class="eqno">\(1\)<a class="headerlink"', html)


def test_book_whose_equations_mathjax_numbers_is_left_to_it(build):
    text = "# T\n\n$$\n\\begin{equation}\na = b \\label{one}\n\\end{equation}\n$$\n\nBy $\\eqref{one}$.\n"
    html = build(text, mathjax3_config={"tex": {"tags": "ams"}})
    assert r"\eqref{one}" in html and "<math" not in html and "tags" in build.said.getvalue()
    assert "<math" in build("# T\n\n$x$\n", mathjax3_config={"tex": {"tags": "ams"}})


def test_macro_with_an_optional_argument_leaves_its_page_to_mathjax(build):
    definitions = "$$\n\\newcommand{\\N}{\\mathbb{N}}\n\\newcommand{\\Seq}[1][x]{\\langle #1\\rangle}\n$$\n"
    html = build(f"# T\n\n{definitions}\nAll of $\\N$, $\\Seq$ and $\\Seq[y]$.\n")
    assert "<math" not in html and r"\Seq[y]" in html
    assert build.said.getvalue().count("leanpage.math") == 1  # a line a page


def test_renderer_that_the_author_chose_is_kept(build):
    assert "<math" not in build("# T\n\n$x$\n", html_math_renderer="mathjax", leanpage_math=False)


@pytest.mark.parametrize("leanpage_math", [True, False])
def test_renderer_of_an_extension_that_the_author_names_is_kept(build, leanpage_math):
    """Sphinx takes it before its own MathJax, although no setting names it."""
    extensions = ["myst_parser", "sphinx.ext.imgmath", "leanpage"]
    html = build("# T\n\n$x$\n", extensions=extensions, leanpage_math=leanpage_math, imgmath_latex="no-such-program")
    assert "no-such-program" in build.said.getvalue() and "<math" not in html and "mathjax@" not in html


@pytest.mark.parametrize("false", ["false", "off", '"False"'])
def test_page_may_be_left_to_mathjax_and_no_other_is(build, false, tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source/other.md").write_text("---\norphan: true\n---\n# T\n\n$y$\n")
    html = build(f"---\nleanpage_math: {false}\n---\n# T\n\n$\\nosuch$\n\n$$\nx \\nosuch y\n$$\n")
    assert r"\(\nosuch\)" in html and r"x \nosuch y" in html and "<math" not in html and "mathjax@" in html
    other = (tmp_path / "out/other.html").read_text("utf-8")
    assert "<math" in other and "mathjax@" not in other


def test_book_may_be_left_to_mathjax(build, tmp_path):
    html = build("# T\n\n$\\nosuch$\n", leanpage_math=False)
    assert r"\(\nosuch\)" in html and "<math" not in html and "mathjax@" in html
    assert not list(tmp_path.glob("out/_static/*math*.woff2"))


# --- what MathJax shows and math-core has not, or has otherwise ---


@pytest.mark.parametrize(
    "tex, shown",
    [
        (r"\boxed{a+b}", '<mrow class="lp-boxed">'),
        (r"\texttt{run}", "<code>run</code>"),
        (r"\begin{cases} u = 1 \\[4pt] v = 2 \end{cases}", "<mo>{</mo>"),
        (r"\begin{aligned}[t] p &= q \\* r &= s \end{aligned}", "<mi>p</mi>"),
        (r"u = v \tag{A}", "<mi>(A)</mi>"),
        (r"\begin{align*} u &= v \tag{A} \\ w &= z \end{align*}", "<mi>(A)</mi>"),
        (r"\begin{eqnarray} u &=& v \\ w &=& z \end{eqnarray}", "<mi>z</mi>"),
        (r"\begin{alignedat}{2} u &= v &\quad w &= z \end{alignedat}", "<mi>z</mi>"),
        (r"\text{my_name}", "<mi>my_name</mi>"),
        (r"\text{if $x$ or $y$}", "<mi>x</mi>"),
        (r"\mathop{\rm arg}\limits_u", "<munder>"),
        (r"\mathop{\mathrm{arg\,min}}_u", "<munder>"),
        (r"\det_u", "<munder>"),
        (r"\mathfrak{I}", "<mi>ℑ</mi>"),
        (r"\large u = v", '<mrow style="font-size: 120%">'),
        (r"\color{red}{u} v", '<mrow style="color:#FF0000;"><mi>u</mi><mi>v</mi></mrow>'),
        (r"\textcolor{green}{u} v", '<mrow style="color:green;"><mi>u</mi></mrow><mi>v</mi>'),
        (r"\text{5\% of}", "<mi>5%\N{NO-BREAK SPACE}of</mi>"),
        (r"\DeclareMathOperator{\rank}{rank} \rank M", "<mi>rank</mi>"),
        (r"\begin{array}{@{}l} u \end{array}", "<mi>u</mi>"),
        (r"\begin{eqnarray} u &=& v \\ &=& z \tag{8} \end{eqnarray}", "<mi>(8)</mi>"),
        (r"15\,\text{%} u", "<mtext>%</mtext><mi>u</mi>"),
        (r"a \not\implies b", "⇏"),
        (r"\left< u \right>", "\N{MATHEMATICAL LEFT ANGLE BRACKET}"),
        (r"\newcommand{\F}{\pmb{u}} \F", "<mi>𝒖</mi>"),
        (r"\newcommand{\L}{3} \L", "<mn>3</mn>"),
    ],
)
def test_what_public_books_write_is_drawn(tex, shown):
    element = re.sub("<annotation.*</annotation>", "", mathml(tex))
    assert shown in element and "menclose" not in element


def test_tag_stands_alone_beside_its_rows():
    """Where a row has a tag, neither Sphinx's number nor one of math-core's belongs to the formula."""
    element = mathml(r"\begin{eqnarray} u &=& v \\ &=& z \tag{8} \end{eqnarray}")
    assert "(1)" not in element and element.count("<mtable") == 1


def test_macro_may_close_what_another_opens():
    element = mathml(r"\lsq \frac{\half{u}}{2} \rsq", lsq=r"\left[", rsq=r"\right]", half=r"\frac{#1}{2}")
    assert element.index("<mo>[</mo>") < element.index("<mi>u</mi>") < element.index("<mo>]</mo>")


def test_unusable_macro_spoils_only_the_formulas_that_use_it():
    macros = {"bad": r"\nosuch", "worse": r"\bad x", "struck": r"\cancel{x}", "good": r"\mathbb{G}"}
    assert "𝔾" in mathml(r"\good", **macros)
    for name in ("bad", "worse", "struck"):
        with pytest.raises(RefusedError):
            mathml(rf"\{name}", **macros)


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{CD} A @>>> B \end{CD}",
        r"\enclose{circle}{x}",
        r"\frac{1}{",
        r"\href{https://example.org}{u}",
        r"\eqref{a} + b",
        r"\ref{a}",
        r"\cancel{x}",
        r"\dddot{x}",
        r"\large x \normalsize y",
        r"\mathrm{\boxed{x}}",
        r"\mathfrak{HI}",
        r"\mathbf{a \text{b}}",
        r"\mathcal{L} \mathscr{L}",
        r"\mathop{\sum\sum}_{x}",
        r"\widetilde{abc}",
        r"\mathclap{x}",
        r"\ce{A ->[heat] B}",
        r"\unicode{x}",
        r"\textcolor{#cc0000}{u}",
        r"\begin{smallmatrix} 1 & 0 \end{smallmatrix}",
        r"\begin{array}{} 4 & 5 \end{array}",
        r"\again",
    ],
)
def test_what_would_be_drawn_wrongly_or_not_at_all_is_refused(tex):
    with pytest.raises(RefusedError):
        mathml(tex, again=r"\again u")


def test_lines_over_and_under_are_borders():
    page = Tree(mathml(r"\overline{x + y} \underline{z} \bar{w} \overbrace{u}"))
    leanmath.draw_lines(page)
    html = str(page)
    assert html.count('class="lp-over"') == html.count('class="lp-under"') == 1
    assert "\u0332" not in re.sub("<annotation.*</annotation>", "", html) and "¯" in html and "⏞" in html
