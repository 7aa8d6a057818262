"""A matplotlib backend that writes SVG for a page: what its own SVG lacks of how the figure looks as a PNG.

``figure.canvas.print_figure(..., format="svg", backend="module://kernelfree.backend")`` draws with it; nothing else
of matplotlib is touched. Mathematics becomes outlines, since its glyphs are in no reader's fonts; what is drawn without
smoothed edges (meshes, filled contours) keeps hard ones, so that no seams show; images come as arrays.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib import _path
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG

#: Which positional argument of ``draw_path_collection`` says whether edges are smoothed.
_ANTIALIASEDS = 10


@dataclass
class Written:
    """What ``print_svg`` gives: the SVG, its images in order, and the box of all texts and lines that nothing clips.

    ``ink`` is in points from the top left corner, x to the right and y downwards: left, top, right, bottom.
    """

    svg: str
    images: list[Any]
    ink: tuple[float, float, float, float]


class _Renderer(RendererSVG):  # type: ignore[misc, unused-ignore]
    def __init__(self, width: float, height: float, file: io.StringIO, dpi: float) -> None:
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self._own.__init__(width, height, file, image_dpi=dpi, metadata=nothing)
        self.images: list[Any] = []
        self.corners: list[Any] = []
        self._styles: dict[Any, str] = {}

    @property
    def _own(self) -> Any:
        """matplotlib's own renderer, which has no types."""
        return super()

    def _mark(self, gc: Any, corners: Any, transform: Any = None) -> None:
        """Note where something is drawn, unless it is clipped. ``corners``: points, placed from the lower left."""
        if len(corners) and gc.get_clip_rectangle() is None and gc.get_clip_path()[0] is None:
            corners = corners if transform is None else transform.transform(corners)
            self.corners += [np.nanmin(corners, axis=0), np.nanmax(corners, axis=0)]

    def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:
        if len(path.vertices) < 500:
            self._mark(gc, path.vertices, transform)
        self._own.draw_path(gc, path, transform, rgbFace)

    def _convert_path(
        self, path: Any, transform: Any = None, clip: Any = None, simplify: Any = None, sketch: Any = None
    ) -> Any:
        # As matplotlib's own, to the hundredths of a point that svg.py keeps: done here it costs next to nothing.
        box = (0.0, 0.0, self.width, self.height) if clip else None
        codes = [b"M", b"L", b"Q", b"C", b"z"]
        write: Any = _path.convert_to_string  # type: ignore[attr-defined, unused-ignore]
        return write(path, transform, box, simplify, sketch, 2, codes, False).decode("ascii")

    def _get_style(self, gc: Any, rgbFace: Any) -> str:
        # matplotlib tells colours in hex anew for every element; most of a figure's elements share a few styles.
        if gc.get_hatch() is not None:
            return str(self._own._get_style(gc, rgbFace))
        face = None if rgbFace is None else tuple(rgbFace)
        if face == gc.get_rgb():
            face = gc.get_rgb()  # the object that matplotlib has looked up before
        offset, dashes = gc.get_dashes()
        key = (
            *(face, gc.get_rgb(), gc.get_forced_alpha(), gc.get_alpha(), gc.get_linewidth(), gc.get_joinstyle()),
            *(gc.get_capstyle(), offset, None if dashes is None else tuple(dashes)),
        )
        if key not in self._styles:
            self._styles[key] = self._own._get_style(gc, face)
        return self._styles[key]

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: bool | str = False,
        mtext: Any = None,
    ) -> None:
        width, height, descent = self._own.get_text_width_height_descent(s, prop, ismath)
        below, turn = self.height - y, np.deg2rad(angle)
        along, up = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
        base = np.array([x, below])
        self._mark(gc, [base + a * along + b * up for a in (0, width) for b in (-descent, height - descent)])
        if not ismath:
            self._own.draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        # Where a page that makes letters larger holds on to it: an axis' label must not grow towards the axis.
        fixed = "center"
        if mtext is not None and angle == 90:
            fixed = {"bottom": "right", "top": "left"}.get(mtext.get_verticalalignment(), fixed)
        elif mtext is not None and not angle:
            fixed = mtext.get_horizontalalignment()
        self.writer.start("g", attrib={"data-text": s, **({} if fixed == "center" else {"data-from": fixed})})
        matplotlib.rcParams["svg.fonttype"] = "path"
        try:
            self._own.draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        finally:
            matplotlib.rcParams["svg.fonttype"] = "none"
            self.writer.end("g")

    def draw_path_collection(self, *args: Any, **kwargs: Any) -> None:
        smooth = args[_ANTIALIASEDS] if len(args) > _ANTIALIASEDS else kwargs.get("antialiaseds", [True])
        if np.any(smooth):
            self._own.draw_path_collection(*args, **kwargs)
            return
        self.writer.start("g", attrib={"shape-rendering": "crispEdges"})
        self._own.draw_path_collection(*args, **kwargs)
        self.writer.end("g")

    def draw_image(self, gc: Any, x: float, y: float, im: Any, transform: Any = None) -> None:
        if im.shape[0] and im.shape[1]:
            self.images.append(np.array(im))
        # matplotlib would write a PNG, which svg.py writes anew in a form that suits: an empty one keeps the place.
        self._own.draw_image(gc, x, y, np.zeros_like(im), transform)


class FigureCanvas(FigureCanvasSVG):  # type: ignore[misc, unused-ignore]
    """The canvas that ``print_figure`` finds by this module's name."""

    def print_svg(self, filename: Any, *, bbox_inches_restore: Any = None, **_: Any) -> Written:
        file = io.StringIO()
        dpi = self.figure.dpi
        self.figure.dpi = 72
        width, height = self.figure.get_size_inches()
        inner = _Renderer(width * 72, height * 72, file, dpi)
        renderer = MixedModeRenderer(self.figure, width, height, dpi, inner, bbox_inches_restore=bbox_inches_restore)
        self.figure.draw(renderer)  # type: ignore[arg-type]
        renderer.finalize()
        corners = np.array(inner.corners or [(0, 0)])
        (left, bottom), (right, top) = np.nanmin(corners, axis=0), np.nanmax(corners, axis=0)
        above = height * 72
        return Written(file.getvalue(), inner.images, (left, above - top, right, above - bottom))
