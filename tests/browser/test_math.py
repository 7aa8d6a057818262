"""What a reader sees where leanpage's style sheet draws what MathML has no element for."""

import base64
import io

import numpy as np
import pytest
from math_core import LatexToMathML
from PIL import Image

from leanpage import fonts, math


@pytest.fixture
def ink(chromium):
    """Gives the ink of a formula as a reader sees it, 0 to 1, in rows and columns of the box around its letters."""
    page = chromium.new_page()

    def shown(tex: str) -> np.ndarray:
        formula = math.mathml(tex, display=False, converter=LatexToMathML(fancy_error=False), macros={})
        page.set_content(
            f"<style>span.math {{ display: inline-flex; overflow: hidden }} {math.STYLE.read_text()}</style>"
            f"<p style='font-size: 60px'>x<span class=math>{formula}</span></p>"
        )
        box = page.locator("mi").first.bounding_box()
        return 1 - np.asarray(Image.open(io.BytesIO(page.screenshot(clip=box))).convert("L")) / 255

    yield shown
    page.close()


def corners(image: np.ndarray) -> tuple[float, float]:
    """The ink at the ends of a stroke that rises to the right, and of one that falls."""
    high, wide = (size // 8 for size in image.shape)
    return image[:high, -wide:].max() + image[-high:, :wide].max(), image[:high, :wide].max() + image[
        -high:, -wide:
    ].max()


def test_cancelled_letter_has_its_stroke_from_where_mathjax_draws_it(ink):
    rising, falling = corners(ink(r"\cancel{o}"))
    assert rising > falling + 0.5
    rising, falling = corners(ink(r"\bcancel{o}"))
    assert rising < falling - 0.5
    assert min(corners(ink(r"\xcancel{o}"))) > 1


@pytest.mark.parametrize("tex", [r"\smash{u}", r"\smash[t]{u}", r"\smash[b]{u}"])
def test_letter_that_says_to_have_no_height_is_seen(ink, tex):
    assert ink(tex).sum() == pytest.approx(ink("u").sum(), rel=0.1)


@pytest.mark.parametrize(
    "tex",
    [r"\overrightarrow{%s}", r"\overleftarrow{%s}", r"\overbrace{%s}", r"\xrightarrow{%s}", r"\xleftrightarrow{%s}"],
)
def test_arrow_or_brace_is_as_long_as_what_stands_by_it(chromium, tex):
    formula = math.mathml(tex % ("m" * 12), display=True, converter=LatexToMathML(fancy_error=False))
    font = base64.b64encode(fonts.cut(math.FONT.read_bytes(), set("𝑚→←↔⏞"))).decode()
    style = math.STYLE.read_text().replace("MATH_FONT", f"data:font/woff2;base64,{font}")
    page = chromium.new_page(viewport={"width": 800, "height": 300})
    page.set_content(f"<style>{style}</style><p style='font: 30px serif; padding: 60px'>{formula}</p>")
    page.evaluate("document.fonts.ready.then(() => true)")
    letters = page.locator("mi")
    first, last = letters.first.bounding_box(), letters.last.bounding_box()
    image = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"))
    page.close()
    beside = image.copy()
    beside[int(first["y"]) : int(first["y"] + first["height"])] = 255  # without the letters themselves
    columns = np.flatnonzero((beside < 128).any(axis=0))
    assert columns.min() < first["x"] + 10 and columns.max() > last["x"] + last["width"] - 10
