"""The card that a page is shown as where its address is shared: its title, its own description, its first figure."""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from sphinx.application import Sphinx

from . import adapters
from .pages import Site
from .styles import named
from .tree import Tree, attribute

#: In pixels, as the networks that show cards want them.
WIDTH, HEIGHT = 1146, 600
INK, PALE = "#1f2933", "#52606d"


def add(app: Sphinx, site: Site) -> None:
    """Give each page of the book a card, where the site has an address and its author names no picture."""
    if not app.config.html_baseurl or app.config.ogp_image or app.config.leanpage_cards is False:
        return
    try:
        import matplotlib  # noqa: F401  the book's cells need it, or nobody draws a card
    except ImportError:
        return
    for docname in sorted(app.env.found_docs):
        name = Path(app.builder.get_outfilename(docname)).relative_to(app.outdir).as_posix()  # type: ignore[attr-defined]
        page = site.pages.get(name)
        if page is None or page.first('meta[property="og:title"]') is None:
            continue
        if page.first('meta[property="og:image"]') is not None:
            continue
        title = attribute(page.find('meta[property="og:title"]')[0], "content")
        about = page.first('meta[name="description"]')
        text = attribute(about, "content") if about is not None else ""
        figure = first_readable(pictures(app, site, name, docname, page))
        path = named(site, "card", ".png", drawn(title, text, app.config.html_title or app.config.project, figure))
        after = page.find('meta[property="og:title"]')[0]
        for key, value in (
            ("og:image", urljoin(app.config.html_baseurl, path)),
            ("og:image:width", str(WIDTH)),
            ("og:image:height", str(HEIGHT)),
            ("og:image:alt", f"{title}. {text}".strip()),
        ):
            after.insert_after(page.element("meta", property=key, content=value))
        after.insert_after(page.element("meta", name="twitter:card", content="summary_large_image"))


def pictures(app: Sphinx, site: Site, name: str, docname: str, page: Tree) -> Iterator[bytes]:
    """The pictures that a page's cells drew, then those that its text shows."""
    folders = adapters.executed_notebooks(app)
    notebook = adapters.notebook(folders, docname) if folders else None
    for cell in notebook.cells if notebook else []:
        for output in cell.get("outputs", []):
            if picture := output.get("data", {}).get("image/png"):
                yield base64.b64decode(picture)
    for image in page.find('article img[src], [role="main"] img[src]'):
        path = site.file(name, attribute(image, "src"))
        if path and path.lower().endswith((".png", ".jpg", ".jpeg")):
            yield (site.folder / path).read_bytes()


def first_readable(found: Iterable[bytes]) -> Any:
    """The first picture that can be read, as numbers; None without one. Browsers show some that are too broken."""
    import matplotlib.image

    for picture in found:
        with suppress(OSError, SyntaxError, ValueError):  # Pillow calls a broken PNG a SyntaxError
            return matplotlib.image.imread(io.BytesIO(picture), format="png" if picture[:4] == b"\x89PNG" else "jpg")
    return None


def drawn(title: str, text: str, book: str, figure: Any) -> bytes:
    """Return the card as PNG. Its words are words: no sign is mathematics, and what the font lacks goes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import findfont, get_font

    known = get_font(findfont("DejaVu Sans")).get_charmap()
    title, text, book = ("".join(c for c in part if ord(c) in known or c.isspace()) for part in (title, text, book))
    card = Figure((WIDTH / 100, HEIGHT / 100), dpi=100, facecolor="white")
    FigureCanvasAgg(card)
    wide = 52 if figure is None else 30
    style: dict[str, Any] = {"parse_math": False, "va": "top", "family": ["DejaVu Sans"]}
    lines = textwrap.wrap(title, wide)[:3]
    card.text(0.05, 0.9, "\n".join(lines), size=27, weight="bold", color=INK, linespacing=1.2, **style)
    below = 0.9 - 0.105 * len(lines) - 0.04
    words = textwrap.shorten(text, 400 if figure is None else 260, placeholder=" …")
    card.text(0.05, below, textwrap.fill(words, int(wide * 1.45)), size=17, color=PALE, linespacing=1.4, **style)
    card.text(0.05, 0.1, textwrap.shorten(book, 60, placeholder=" …"), size=15, color=INK, **style)
    if figure is not None:
        axes = card.add_axes((0.56, 0.08, 0.4, 0.84))
        axes.imshow(figure, interpolation="antialiased", cmap="gray")
        axes.axis("off")
    out = io.BytesIO()
    card.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
