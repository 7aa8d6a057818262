"""Write a figure as one file that needs nothing else: HTML, to be mailed or shown in a frame, or a still as SVG."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from kernelfree.deliver.html import figure_html
from kernelfree.deliver.payload import FramesPayload
from kernelfree.deliver.rewrite import STATIC


@dataclass(frozen=True)
class SavedFile:
    """Holds an HTML file that was written. As a cell's output it is shown in a frame, also by ``nbconvert``."""

    path: Path
    html: str

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.path.stem)}" '
            'style="width:100%;height:36rem;border:0"></iframe>'
        )


def write_html_file(payload: FramesPayload, path: Path) -> SavedFile:
    """Write a page that holds the figure and everything it needs."""
    html, files = figure_html(payload, max_inline=10**9)
    html = re.sub(r'"files":\[[^]]*\]', '"files":[]', html, count=1)
    loader = (STATIC / "loader.js").read_text(encoding="utf-8")
    code = "\n".join([loader, *files.values()]).replace("</script", "<\\/script")
    style = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("kernelfree.css", "saved.css"))
    title = escape(payload.title or payload.name)
    # The figure's title becomes the page's heading; a figure without a title gets one that screen readers alone find.
    html = html.replace(f'<p class="kf-title">{title}</p>', "", 1)
    heading = f"<h1>{title}</h1>" if payload.title else f'<h1 class="unseen">{title}</h1>'
    template = Template((STATIC / "saved.html").read_text(encoding="utf-8"))
    text = template.substitute(title=title, style=style, content=heading + html, code=code)
    path.write_text(text, encoding="utf-8")
    return SavedFile(path, text)


_FONTS = "Arial, Helvetica, Liberation Sans, sans-serif"
#: A picture on a page: its description, its box, its style, and the rest.
_PICTURE = re.compile(
    r'<svg role="img" aria-label="([^"]*)" class="kf-picture" viewBox="([^"]*)" style="([^"]*)"(.*?</svg>)', re.DOTALL
)


def pictures_in(html: str) -> Iterator[tuple[str, str, str]]:
    """Yield each picture of a page's HTML as an SVG file in the colours of a light page, its size, and its description.

    Programs that draw know no CSS variables, and many of them no ``currentColor``.
    """
    for said, box, style, rest in _PICTURE.findall(html):
        left, top, width, height = box.split()
        size = f'width="{float(width):.0f}" height="{float(height):.0f}"'  # whole numbers, as HTML wants them
        paper = re.search(r"background:([^;]+)", style)
        ground = f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="{paper[1]}"/>' if paper else ""
        while rest != (rest := re.sub(r"var\(--[\w-]+, ?([^()]+)\)", r"\1", rest)):  # the innermost first
            pass
        rest = re.sub(r"calc\(([\d.]+px)\*1\)", r"\1", rest)
        for old, new in ('"inherit"', f'"{_FONTS}"'), ("currentColor", "#000000"), (" href=", " xlink:href="):
            rest = rest.replace(old, new)
        rest = rest.replace(">", f">{ground}", 1)
        names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        yield f'<svg {names} {size} viewBox="{box}" role="img" aria-label="{said}"{rest}\n', size, said
