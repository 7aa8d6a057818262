"""In forced colours nothing of a figure is lost."""

from __future__ import annotations

import io
import math

import pytest
from PIL import Image

from sitepages import page_of, start_figures


def pictures(figure, *selectors: str) -> list[Image.Image]:
    """A picture of each part of a figure, all out of one picture of the whole."""
    whole, at = Image.open(io.BytesIO(figure.screenshot())).convert("RGB"), figure.bounding_box()
    left, top = math.floor(at["x"]), math.floor(at["y"])
    return [
        whole.crop(
            (
                math.floor(box["x"]) - left,
                math.floor(box["y"]) - top,
                math.ceil(box["x"] + box["width"]) - left,
                math.ceil(box["y"] + box["height"]) - top,
            )
        )
        for selector in selectors
        for box in (node.bounding_box() for node in figure.locator(selector).all())
    ]


def contrast(picture: Image.Image) -> float:
    """How far the darkest and the lightest pixel stand apart, by WCAG's definition."""
    pixels = picture.getcolors(1 << 24)

    def light(color: tuple[int, int, int]) -> float:
        parts = [(c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in color]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    levels = [light(color) for _, color in pixels]
    return (max(levels) + 0.05) / (min(levels) + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.timeout(300)
def test_in_forced_colours_handles_bars_cells_and_lines_can_be_seen(chromium, server, site, theme):
    context = chromium.new_context(viewport={"width": 800, "height": 2000}, forced_colors="active", color_scheme=theme)
    page = context.new_page()
    page.goto(f"{server}/{page_of(site, 'loss-table')}")
    start_figures(page)
    table = page.locator('[data-live-figure="loss-table"]')
    parts = {".lt-knob": 15, ".lt-bar": 15, ".lt-gauge": 4}
    for part, count in parts.items():
        found = pictures(table, part)
        assert len(found) == count
        assert all(contrast(picture) >= 3 for picture in found), part
    page.goto(f"{server}/{page_of(site, 'one-weight')}")
    start_figures(page)
    one = page.locator('[data-live-figure="one-weight"]')
    assert all(contrast(picture) >= 3 for picture in pictures(one, ".ow-grip .ow-pill", ".kf-axes", ".ow-key"))
    (cells,) = pictures(one, ".ow-grid")
    assert len(cells.getcolors(1 << 24)) > 30, "the picture of the weights is blank"
    context.close()
