"""What a reader sees where leanpage's style sheet draws what MathML has no element for."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from leanpage.steps import fonts, math
from leanpage.tree import Tree


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("tex, side", [(r"\overline{o+o}", 0), (r"\underline{o+o}", -1)])
def test_line_over_or_under_letters_is_seen_at_every_density(chromium, tex, side, scale):
    page = chromium.new_page(device_scale_factor=scale, viewport={"width": 400, "height": 200})
    tree = Tree(f"<p style='font-size: 30px; padding: 40px'>{math.Converter({}).mathml(tex, display=False)}</p>")
    math.draw_lines(tree)
    page.set_content(f"<style>{math.STYLE.read_text()}</style>{tree}")
    box = page.locator("math .lp-over, math .lp-under").bounding_box()
    image = 1 - np.asarray(Image.open(io.BytesIO(page.screenshot(clip=box))).convert("L")) / 255
    page.close()
    edge = image[: 3 * scale] if side == 0 else image[-3 * scale :]
    assert edge.max(axis=0).mean() > 0.5  # along the whole width


def shown(chromium, formula: str):
    """A page in Chromium with a formula in the math font, in letters of 30 pixels."""
    font = base64.b64encode(fonts.subset_font(math.FONT.read_bytes(), set("𝑚𝑝→←↔⏞√+abc"))).decode()
    style = math.STYLE.read_text().replace("MATH_FONT", f"data:font/woff2;base64,{font}")
    page = chromium.new_page(viewport={"width": 800, "height": 300})
    page.set_content(f"<style>{style}</style><p style='font: 30px serif; padding: 60px'>{formula}</p>")
    page.evaluate("document.fonts.ready.then(() => true)")
    return page


def ink(page):
    """Which pixels of a page are dark."""
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L")) < 128


@pytest.mark.parametrize("display", [False, True])
def test_root_is_hardly_deeper_than_its_letter_and_keeps_no_room_beside_it(chromium, display):
    page = shown(chromium, math.Converter({}).mathml(r"\sqrt{p}", display=display))
    letter, root = page.locator("mi").bounding_box(), page.locator("msqrt").bounding_box()
    dark = ink(page)
    page.close()
    assert root["x"] + root["width"] - (letter["x"] + letter["width"]) < 1
    under = dark[:, : int(letter["x"])].any(axis=1).nonzero()[0].max()  # where the sign's tip is
    lowest = dark[:, int(letter["x"]) :].any(axis=1).nonzero()[0].max()  # and the letter's
    assert under - lowest < 0.2 * 30


def test_operator_between_words_has_space_on_both_sides(chromium):
    page = shown(chromium, math.Converter({}).mathml(r"\text{ab}+\text{c}", display=False))
    columns = ink(page).any(axis=0).nonzero()[0]
    page.close()
    gaps = np.diff(columns)
    assert (gaps > 0.2 * 30).sum() == 2


@pytest.mark.parametrize(
    "tex",
    [r"\overrightarrow{%s}", r"\overleftarrow{%s}", r"\overbrace{%s}", r"\xrightarrow{%s}", r"\xleftrightarrow{%s}"],
)
def test_arrow_or_brace_is_as_long_as_what_stands_by_it(chromium, tex):
    page = shown(chromium, math.Converter({}).mathml(tex % ("m" * 12), display=True))
    letters = page.locator("mi")
    first, last = letters.first.bounding_box(), letters.last.bounding_box()
    beside = ink(page)
    page.close()
    beside[int(first["y"]) : int(first["y"] + first["height"])] = False  # without the letters themselves
    columns = np.flatnonzero(beside.any(axis=0))
    assert columns.min() < first["x"] + 10 and columns.max() > last["x"] + last["width"] - 10


@pytest.mark.parametrize(
    "tex, below",
    [
        (r"\sum_{i} x_i", True),
        (r"\begin{aligned} a &= \sum_{i} x_i \\ b &= c \end{aligned}", True),
        (r"\begin{align} a &= \sum_{i} x_i \\ b &= c \end{align}", True),
        (r"\begin{equation} \sum_{i} x_i \end{equation}", True),
        (r"\begin{gathered} \sum_{i} x_i \\ b \end{gathered}", True),
        (r"\begin{array}{c} \sum_{i} x_i \end{array}", False),
        (r"\begin{cases} \sum_{i} x_i & a \\ b & c \end{cases}", False),
        (r"\begin{aligned} \begin{pmatrix} \sum_{i} x_i \end{pmatrix} \\ b \end{aligned}", False),
        (r"\textstyle \sum_{i} x_i", False),
    ],
)
def test_limits_stand_below_in_rows_of_equations_and_beside_in_arrays(chromium, tex, below):
    page = chromium.new_page()
    page.set_content(f"<p>{math.Converter({}).mathml(tex, display=True)}</p>")
    sign, limit = (page.locator(f"munder > :nth-child({n})").bounding_box() for n in (1, 2))
    page.close()
    assert (limit["y"] > sign["y"] + 0.9 * sign["height"]) == below
    assert (limit["x"] > sign["x"] + 0.9 * sign["width"]) != below


@pytest.mark.parametrize("script", ["^2", "_{x=0}", "_a^b"])
@pytest.mark.parametrize("bracket", ["|", r"\|", ")", r"\}", "]"])
def test_bracket_with_a_script_keeps_its_size(chromium, bracket, script):
    formula = math.Converter({}).mathml(rf"\bigg{bracket} \bigg{bracket}{script} c", display=True)
    font = base64.b64encode(math.FONT.read_bytes()).decode()
    page = chromium.new_page()
    page.set_content(
        f"<style>{math.STYLE.read_text().replace('MATH_FONT', f'data:font/ttf;base64,{font}')}</style><p>{formula}</p>"
    )
    page.evaluate("document.fonts.ready.then(() => true)")
    alone, with_script = (page.locator("mo[minsize]").nth(n).bounding_box() for n in (0, 1))
    page.close()
    assert with_script["height"] == pytest.approx(alone["height"], rel=0.05) and alone["height"] > 30
