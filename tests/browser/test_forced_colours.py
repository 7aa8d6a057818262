"""In forced colours nothing of a figure is lost."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from sitepages import page_of, start_figures


def contrast(picture: bytes) -> float:
    """How far the darkest and the lightest pixel stand apart, by WCAG's definition."""
    pixels = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(1 << 24)

    def light(color: tuple[int, int, int]) -> float:
        parts = [(c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in color]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    levels = [light(color) for _, color in pixels]
    return (max(levels) + 0.05) / (min(levels) + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.timeout(300)
def test_in_forced_colours_handles_bars_cells_and_lines_can_be_seen(chromium, server, site, theme):
    context = chromium.new_context(viewport={"width": 800, "height": 900}, forced_colors="active", color_scheme=theme)
    page = context.new_page()
    page.goto(f"{server}/{page_of(site, 'loss-table')}")
    start_figures(page)
    table = page.locator('[data-live-figure="loss-table"]')
    parts = {".lt-knob": 15, ".lt-bar": 15, ".lt-gauge": 4}
    for part, count in parts.items():
        found = table.locator(part).all()
        assert len(found) == count
        for node in found:
            assert contrast(node.screenshot()) >= 3, part
    page.goto(f"{server}/{page_of(site, 'one-weight')}")
    start_figures(page)
    one = page.locator('[data-live-figure="one-weight"]')
    for node in [*one.locator(".ow-grip .ow-pill").all(), *one.locator(".kf-axes").all(), one.locator(".ow-key")]:
        assert contrast(node.screenshot()) >= 3
    cells = Image.open(io.BytesIO(one.locator(".ow-grid").screenshot())).convert("RGB")
    assert len(cells.getcolors(1 << 24)) > 30, "the picture of the weights is blank"
    context.close()
