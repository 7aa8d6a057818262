"""The cards that pages are shown as elsewhere."""

import io
import logging
import warnings

import numpy as np
from matplotlib.image import imsave

from leanpage import cards, fonts, math


def png(value):
    out = io.BytesIO()
    imsave(out, np.full((2, 3), value), vmin=0, vmax=1, format="png", metadata={"Title": "a"})
    return out.getvalue()


def test_card_shows_the_first_picture_that_can_be_read():
    title = png(0).index(b"tEXt")
    broken = png(0)[: title + 6] + b"?" + png(0)[title + 7 :]
    found = cards.first_readable([broken, png(0)[:60], b"", png(1), png(0)])
    assert found.shape[:2] == (2, 3)
    assert (found == cards.first_readable([png(1)])).all()
    assert cards.first_readable([broken]) is None
    assert cards.first_readable([]) is None


def test_card_is_drawn_with_and_without_a_picture():
    plain = cards.drawn("A price in $ and $", "About it.", "A book", None)
    assert cards.first_readable([plain]).shape[:2] == (cards.HEIGHT, cards.WIDTH)
    assert cards.drawn("A price in $ and $", "About it.", "A book", cards.first_readable([png(1)])) != plain


def test_card_leaves_out_what_its_font_lacks():
    with warnings.catch_warnings(action="error"):
        assert cards.drawn("A ball \N{CRYSTAL BALL}", "", "", None) == cards.drawn("A ball ", "", "", None)


def test_cutting_a_font_says_nothing(caplog):
    caplog.set_level(logging.INFO)
    fonts.cut(math.FONT.read_bytes(), set("ab"))
    assert not caplog.records
