"""Provide a matplotlib backend that writes SVG for a page, where matplotlib's own SVG differs from its PNG.

``figure.canvas.print_figure(..., format="svg", backend="module://kernelfree.draw.backend")`` draws with it. It changes
these methods of ``RendererSVG`` (matplotlib 3.9 to 3.11), of which the one with an underscore is private:

- ``draw_path`` and ``draw_text`` note the box of what is drawn; mathematics becomes outlines, since no reader's fonts
  hold its glyphs;
- ``draw_markers`` draws a tick in its place, since a ``<use>`` costs a browser three elements, and keeps markers that
  are left of the canvas or above it;
- ``draw_path_collection`` keeps the hard edges of meshes and filled contours: matplotlib's SVG ignores
  ``antialiased=False`` and shows seams (https://github.com/matplotlib/matplotlib/issues/1188);
- ``draw_image`` hands images over as arrays, since SVG inside a page needs other formats than PNG;
- ``_convert_path`` keeps what lies outside of the canvas, and writes two decimals, which is fewer bytes to parse.
"""

import inspect
import io
from typing import Any

import matplotlib
import numpy as np
from matplotlib import _path
from matplotlib.backend_bases import RendererBase
from matplotlib.backends import backend_svg
from matplotlib.backends.backend_mixed import MixedModeRenderer

#: Typed as anything, since matplotlib's own has no types.
_RendererSVG: Any = backend_svg.RendererSVG
_COLLECTION = inspect.signature(_RendererSVG.draw_path_collection)
if "antialiaseds" not in _COLLECTION.parameters:
    raise ImportError(f"kernelfree was written for matplotlib 3.9 to 3.11, and cannot use {matplotlib.__version__}")


class _Renderer(_RendererSVG):
    """Writes the SVG; this module's docstring lists what differs from matplotlib's."""

    def __init__(self, width: float, height: float, file: io.StringIO, dpi: float) -> None:
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        super().__init__(width, height, file, image_dpi=dpi, metadata=nothing)
        self.images: list[Any] = []
        self.corners: list[Any] = []
        #: The texts of legends that have a frame.
        self.framed: list[Any] = []

    def _mark(self, gc: Any, corners: Any, transform: Any = None) -> None:
        """Note where something is drawn, unless it is clipped. ``corners``: points, measured from the lower left."""
        if len(corners) and gc.get_clip_rectangle() is None and gc.get_clip_path()[0] is None:
            corners = corners if transform is None else transform.transform(corners)
            self.corners += [np.nanmin(corners, axis=0), np.nanmax(corners, axis=0)]

    def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:
        if len(path.vertices) < 500:
            self._mark(gc, path.vertices, transform)
        super().draw_path(gc, path, transform, rgbFace)

    def _convert_path(
        self, path: Any, transform: Any = None, clip: Any = None, simplify: Any = None, sketch: Any = None
    ) -> Any:
        # As matplotlib's own, but with 2 decimals instead of 6, and another box.
        # The canvas and three of its sizes around it: what lies outside of it is in the picture too.
        width, height = self.width, self.height
        box = (-3 * width, -3 * height, 4 * width, 4 * height) if clip else None
        codes = [b"M", b"L", b"Q", b"C", b"z"]
        write: Any = _path.convert_to_string  # type: ignore[attr-defined, unused-ignore]
        return write(path, transform, box, simplify, sketch, 2, codes, False).decode("ascii")

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        width, height, descent = super().get_text_width_height_descent(s, prop, ismath)
        below, turn = self.height - y, np.deg2rad(angle)
        along, up = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
        base = np.array([x, below])
        self._mark(gc, [base + a * along + b * up for a in (0, width) for b in (-descent, height - descent)])
        framed = mtext is not None and (mtext.get_bbox_patch() is not None or mtext in self.framed)
        if framed:  # so that kernelfree.css does not enlarge it on a phone
            self.writer.start("g", attrib={"class": "kf-framed"})
        if ismath:
            self._draw_math(gc, x, y, s, prop, angle, ismath, mtext)
        else:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        if framed:
            self.writer.end("g")

    def _draw_math(self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any, mtext: Any) -> None:
        # Anchor for kernelfree.css's scaling on phones, so that axis labels grow away from the axis.
        anchor = "center"
        if mtext is not None and angle == 90:
            anchor = {"bottom": "right", "top": "left"}.get(mtext.get_verticalalignment(), anchor)
        elif mtext is not None and not angle:
            anchor = mtext.get_horizontalalignment()
        self.writer.start("g", attrib={"data-text": s, **({} if anchor == "center" else {"data-from": anchor})})
        matplotlib.rcParams["svg.fonttype"] = "path"
        try:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        finally:
            matplotlib.rcParams["svg.fonttype"] = "none"
            self.writer.end("g")

    def draw_markers(self, gc: Any, marker: Any, marker_trans: Any, path: Any, trans: Any, rgbFace: Any = None) -> None:
        is_tick, clip = len(path.vertices) == 1 and len(marker.vertices) == 2, gc.get_clip_rectangle()
        if is_tick or (clip is not None and (clip.x0 < 0 or clip.y1 > self.height)):
            RendererBase.draw_markers(self, gc, marker, marker_trans, path, trans, rgbFace)
        else:
            super().draw_markers(gc, marker, marker_trans, path, trans, rgbFace)

    def draw_path_collection(self, *args: Any, **kwargs: Any) -> None:
        given = _COLLECTION.bind(self, *args, **kwargs).arguments
        if np.any(given["antialiaseds"]):
            super().draw_path_collection(*args, **kwargs)
            return
        self.writer.start("g", attrib={"shape-rendering": "crispEdges"})
        super().draw_path_collection(*args, **kwargs)
        self.writer.end("g")

    def draw_image(self, gc: Any, x: float, y: float, im: Any, transform: Any = None) -> None:
        if im.shape[0] and im.shape[1]:
            self.images.append(np.array(im))
        # An empty image keeps the place, which svg.py fills from ``images``.
        super().draw_image(gc, x, y, np.zeros_like(im), transform)


class FigureCanvas(backend_svg.FigureCanvasSVG):  # type: ignore[misc, unused-ignore]
    """Draws with ``_Renderer``; ``print_figure`` finds it by this module's name."""

    def print_svg(self, filename: Any, *, bbox_inches_restore: Any = None, **_: Any) -> Any:
        """Return the SVG, its images in order, and the box of what is not clipped: left, top, right, bottom."""
        file = io.StringIO()
        dpi = self.figure.dpi
        self.figure.dpi = 72
        width, height = self.figure.get_size_inches()
        inner = _Renderer(width * 72, height * 72, file, dpi)
        renderer = MixedModeRenderer(self.figure, width, height, dpi, inner, bbox_inches_restore=bbox_inches_restore)
        legends = [legend for axes in self.figure.axes if (legend := axes.get_legend()) and legend.get_frame_on()]
        inner.framed = [text for legend in legends for text in (*legend.get_texts(), legend.get_title())]
        self.figure.draw(renderer)  # type: ignore[arg-type]
        renderer.finalize()
        corners = np.array(inner.corners or [(0, 0)])
        (left, bottom), (right, top) = np.nanmin(corners, axis=0), np.nanmax(corners, axis=0)
        return file.getvalue(), inner.images, (left, 72 * height - top, right, 72 * height - bottom)
