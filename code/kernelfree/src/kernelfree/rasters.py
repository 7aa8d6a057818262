"""Pixels inside a drawing: a few even patches become paths, everything else an image in the format that suits it."""

from __future__ import annotations

import io
from base64 import b64encode
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Color = tuple[int, ...]
Rectangle = tuple[int, int, int, int]

#: A raster that needs more rectangles of even colour than this is left a raster.
RECTANGLES = 2000
#: Without loss up to this many bytes an image; above it, as a photograph is kept.
LOSSLESS = 12_000
#: How photographs are kept, from the best on: WebP's quality, and the share of the pixels in each direction.
LEVELS = ((82, 1.0), (60, 1.0), (45, 0.75), (35, 0.5), (25, 0.35))


@dataclass
class Rasters:
    """The images of one figure's frames, and a budget in bytes that they are held to, as good as it allows."""

    frames: int = 1
    budget: int = 3_000_000
    level: int = 0
    weight: int = 0
    drawn: int = 0
    _known: dict[bytes, str] = field(default_factory=dict)

    def encode(self, pixels: Pixels) -> str:
        """``pixels`` as an address that holds them. Equal pixels share one."""
        key = pixels.shape[0].to_bytes(4, "big") + pixels.tobytes()
        if key not in self._known:
            # Before any frame comes after it, a figure's first image tells what all would weigh.
            content, kind = _encoded(pixels, self.level)
            while self.level + 1 < len(LEVELS) and (self.weight + len(content)) * self._to_come() > self.budget:
                self.level += 1
                content, kind = _encoded(pixels, self.level)
            self.weight += len(content)
            if len(self._known) > 200:
                self._known.clear()
            self._known[key] = f"data:image/{kind};base64,{b64encode(content).decode()}"
        return self._known[key]

    def _to_come(self) -> float:
        return max(1.0, self.frames / (self.drawn + 1))

    @property
    def coarse(self) -> bool:
        """Whether the budget made images worse than the best."""
        return self.level > 0


def _encoded(pixels: Pixels, level: int) -> tuple[bytes, str]:
    from PIL import Image

    image: Any = Image.fromarray(pixels)
    if (pixels[..., 3] == 255).all():
        image = image.convert("RGB")
        if (pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all():
            grey = Image.fromarray(pixels[..., 0])
            if len(grey.getcolors() or ()) <= 16:
                return _saved(grey.quantize(16), "png", optimize=True), "png"
    few = image.getcolors(maxcolors=64)
    if few:
        content = _saved(image, "webp", lossless=True, method=1, quality=20)
        if len(content) <= LOSSLESS or level == 0 and len(few) <= 8:
            return content, "webp"
    quality, share = LEVELS[level]
    if share < 1:
        image = image.resize((max(1, round(image.width * share)), max(1, round(image.height * share))))
    return _saved(image, "webp", quality=quality, method=1), "webp"


def _saved(image: Any, kind: str, **options: Any) -> bytes:
    image.save(buffer := io.BytesIO(), format=kind, **options)
    return buffer.getvalue()


def patches(pixels: Pixels) -> dict[Color, list[Rectangle]] | None:
    """Colour -> rectangles (left, top, width, height) that cover the pixels of that colour, the invisible left out.

    ``None`` where more than ``RECTANGLES`` would be needed.
    """
    flat = np.ascontiguousarray(pixels).view(np.uint32)[..., 0]
    starts = [0, *(np.flatnonzero((flat[1:] != flat[:-1]).any(axis=1)) + 1).tolist()]  # where a row differs
    bands = flat[starts]
    if np.count_nonzero(bands[:, 1:] != bands[:, :-1]) + len(starts) > 20 * RECTANGLES:
        return None
    colors: dict[int, Color] = {
        int(value): tuple(int(part) for part in np.array([value], np.uint32).view(np.uint8))
        for value in np.unique(bands)
    }
    found: dict[Color, list[Rectangle]] = {color: [] for color in sorted(colors.values()) if color[3]}
    count = 0
    open_runs: dict[tuple[int, int, Color], int] = {}  # a run that could go on in the next band -> where it began
    tops = [*starts, len(flat)]
    for number in range(len(starts) + 1):
        runs: dict[tuple[int, int, Color], int] = {}
        if number < len(starts):
            row = bands[number]
            edges = [0, *(np.flatnonzero(row[1:] != row[:-1]) + 1).tolist(), len(row)]
            runs = {(left, right, colors[int(row[left])]): tops[number] for left, right in pairwise(edges)}
        for run, since in open_runs.items():
            if run not in runs and run[2] in found:
                found[run[2]].append((run[0], since, run[1] - run[0], tops[number] - since))
                count += 1
        if count > RECTANGLES:
            return None
        open_runs = {run: open_runs.get(run, since) for run, since in runs.items()}
    return found
