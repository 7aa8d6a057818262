"""A picture of a whole page, as archives and previews take it, shows every drawing on it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from sitepages import chapters

DRAWINGS = """() => [...document.querySelectorAll("svg.kf-picture")]
  .filter((drawing) => drawing.checkVisibility({ visibilityProperty: true }))
  .map((drawing) => drawing.getBoundingClientRect())
  .map(({ left, top, right, bottom }) => [left, top + scrollY, right, bottom + scrollY].map(Math.round))"""


@pytest.mark.timeout(300)
def test_a_full_page_picture_shows_every_drawing(chromium, server, site):
    blank, seen = [], 0
    for name in chapters(site):
        page = chromium.new_page(viewport={"width": 1000, "height": 700})
        page.goto(f"{server}/{name}")
        page.evaluate("Promise.allSettled(document.getAnimations().map((animation) => animation.finished))")
        boxes = page.evaluate(DRAWINGS)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
        page.close()
        seen += len(boxes)
        blank += [(name, box) for box in boxes if len(picture.crop(box).getcolors(1 << 24)) < 4]
    assert seen > 10
    assert blank == []
