"""Encode the pixels of a drawing: a few even rectangles as paths, everything else as an image."""

import hashlib
import io
from base64 import b64encode
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Color = tuple[int, ...]
Rectangle = tuple[int, int, int, int]
Run = tuple[int, int, Color]  #: pixels of one colour in a row: left, right, colour

#: An image that needs more rectangles of one colour than this stays an image.
MAX_RECTANGLES = 2000
#: An image of at most this many bytes is kept without loss; a larger one as a photograph.
LOSSLESS = 12_000
#: How photographs are kept, best first: WebP's quality, and the share of the pixels in each direction.
LEVELS = ((82, 1.0), (60, 1.0), (45, 0.75), (35, 0.5), (25, 0.35))


@dataclass
class RasterEncoder:
    """Encodes the images of one figure's frames, as well as a budget in bytes allows."""

    frames: int = 1
    drawn: int = 0
    #: Bytes for all images together, and how many are spent.
    budget: int = 3_000_000
    spent: int = 0
    level: int = 0
    _known: dict[bytes, str] = field(default_factory=dict)

    def encode(self, pixels: Pixels) -> str:
        """Return a ``data:`` address of the pixels (height, width, RGBA). Equal pixels share one."""
        key = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()
        if key not in self._known:
            # Estimate the images of all frames from those so far.
            share = max(1.0, self.frames / (self.drawn + 1))
            content = _encode(pixels, self.level)
            while self.level + 1 < len(LEVELS) and (self.spent + len(content)) * share > self.budget:
                self.level += 1
                content = _encode(pixels, self.level)
            self.spent += len(content)
            self._known[key] = f"data:image/webp;base64,{b64encode(content).decode()}"
        return self._known[key]


def _encode(pixels: Pixels, level: int) -> bytes:
    """Encode one image as WebP: lossless for few colours, else as good as ``level`` says."""

    def saved(**options: Any) -> bytes:
        image.save(buffer := io.BytesIO(), format="webp", method=1, **options)
        return buffer.getvalue()

    image: Any = Image.fromarray(pixels)
    if (pixels[..., 3] == 255).all():
        image = image.convert("RGB")
    if few := image.getcolors(maxcolors=64):
        content = saved(lossless=True, quality=20)
        if len(content) <= LOSSLESS or level == 0 and len(few) <= 8:
            return content
    quality, share = LEVELS[level]
    if share < 1:
        image = image.resize((max(1, round(image.width * share)), max(1, round(image.height * share))))
    return saved(quality=quality)


def rectangles_of(pixels: Pixels) -> dict[Color, list[Rectangle]] | None:
    """Cover the pixels of each colour with rectangles (left, top, width, height); invisible pixels are left out.

    Runs of one colour in a row are joined with the same run in the rows below: ``aab``, ``aab``, ``aaa`` gives a
    ``[(0, 0, 2, 2), (0, 2, 3, 1)]``. Returns ``None`` where more than ``MAX_RECTANGLES`` would be needed.
    """
    flat = np.ascontiguousarray(pixels).view(np.uint32)[..., 0]
    # Equal rows in succession are one band.
    starts = [0, *(np.flatnonzero((flat[1:] != flat[:-1]).any(axis=1)) + 1).tolist()]
    bands = flat[starts]
    if np.count_nonzero(bands[:, 1:] != bands[:, :-1]) + len(starts) > 20 * MAX_RECTANGLES:
        return None
    colors: dict[int, Color] = {int(value): tuple(value.tobytes()) for value in np.unique(bands)}
    found: dict[Color, list[Rectangle]] = {color: [] for color in sorted(colors.values()) if color[3]}
    count = 0
    # A run that may go on in the next band -> the row where it began.
    open_runs: dict[Run, int] = {}
    # Below the last band an empty one, where all runs end.
    for top, row in zip([*starts, len(flat)], [*bands, bands[0, :0]], strict=True):
        edges = [0, *(np.flatnonzero(row[1:] != row[:-1]) + 1).tolist(), len(row)]
        runs: dict[Run, int] = {(left, right, colors[int(row[left])]): top for left, right in pairwise(edges) if right}
        for run, since in open_runs.items():
            if run not in runs and run[2] in found:
                found[run[2]].append((run[0], since, run[1] - run[0], top - since))
                count += 1
        if count > MAX_RECTANGLES:
            return None
        open_runs = {run: open_runs.get(run, since) for run, since in runs.items()}
    return found
