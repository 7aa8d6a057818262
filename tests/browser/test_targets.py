"""What a finger hits is at least 24 pixels wide and high, and in forced colours nothing of a figure is lost."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from sitepages import chapters

# From the middle of each target outwards as far as a finger still hits it; labels count for the boxes in them.
REACH = """() => {
  const hit = "button, input, select, textarea, a.kf-target, [role=slider], [role=radio]";
  const small = [];
  for (const target of document.querySelectorAll(`.kernelfree :is(${hit})`)) {
    if (!target.checkVisibility({ visibilityProperty: true }) || target.matches(":disabled")) continue;
    target.scrollIntoView({ block: "center", inline: "center" });
    const label = target.closest("label");
    const own = (node) => node && (target.contains(node) || (label && label.contains(node)));
    const box = (target.querySelector(".ow-pill") ?? target).getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const far = (dx, dy, most) => {
      let k = 0;
      for (const step of [1, 0.25])
        while (k < most && own(document.elementFromPoint(x + dx * (k + step), y + dy * (k + step)))) k += step;
      return k;
    };
    const both = (dx, dy) => {
      const there = far(dx, dy, 24);
      return there + far(-dx, -dy, 24 - there); // more than is asked needs no measuring
    };
    const [width, height] = [both(1, 0), both(0, 1)];
    const name = target.getAttribute("aria-label") ?? target.textContent ?? "";
    if (width < 24 || height < 24) small.push(`${target.tagName} ${name.slice(0, 60)}: ${width} x ${height}`);
  }
  return small;
}"""


def wake(page) -> None:
    for figure in page.locator("[data-live-figure], [data-exercise]").all():
        figure.scroll_into_view_if_needed()
    page.locator(":is([data-live-figure], [data-exercise]):not([data-ready])").first.wait_for(state="detached")


@pytest.mark.timeout(600)
def test_every_target_is_at_least_24_pixels_for_a_finger(chromium, server, site):
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    small = []
    for name in chapters(site):
        page = context.new_page()
        page.goto(f"{server}/{name}")
        wake(page)
        for width in 390, 320:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("innerWidth") == width
            small += [f"{name}, {width}: {found}" for found in page.evaluate(REACH)]
        page.close()
    context.close()
    assert small == []


def contrast(picture: bytes) -> float:
    """How far the darkest and the lightest pixel stand apart, as WCAG reckons it."""
    pixels = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(1 << 24)

    def light(color: tuple[int, int, int]) -> float:
        parts = [(c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in color]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    levels = [light(color) for _, color in pixels]
    return (max(levels) + 0.05) / (min(levels) + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.timeout(300)
def test_in_forced_colours_handles_bars_cells_and_lines_can_be_seen(chromium, server, theme):
    context = chromium.new_context(viewport={"width": 800, "height": 900}, forced_colors="active", color_scheme=theme)
    page = context.new_page()
    page.goto(f"{server}/book/cross-entropy.html")
    wake(page)
    table = page.locator('[data-live-figure="loss-table"]')
    parts = {".lt-knob": 15, ".lt-bar": 15, ".lt-gauge": 4}
    for part, count in parts.items():
        found = table.locator(part).all()
        assert len(found) == count
        for node in found:
            assert contrast(node.screenshot()) >= 3, part
    page.goto(f"{server}/book/why-not-accuracy.html")
    wake(page)
    one = page.locator('[data-live-figure="one-weight"]')
    for node in [*one.locator(".ow-grip .ow-pill").all(), *one.locator(".kf-axes").all(), one.locator(".ow-key")]:
        assert contrast(node.screenshot()) >= 3
    cells = Image.open(io.BytesIO(one.locator(".ow-grid").screenshot())).convert("RGB")
    assert len(cells.getcolors(1 << 24)) > 30, "the picture of the weights is blank"
    context.close()
