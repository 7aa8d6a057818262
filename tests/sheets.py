"""Print the exercises of the built book as PDFs, a sheet for each page and one of all: `python tests/sheets.py`.

Each has room to write, and the answers on a page of their own. They lie in _build/sheets.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "browser"))

from engines import serve
from playwright.sync_api import Page, sync_playwright

from browsers import CHROMIUM_ARGS, ensure_chromium
from project import ROOT


def print_sheets(page: Page, overview: str, folder: Path) -> list[Path]:
    """Print every choice of the form on the page ``overview``. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    page.goto(overview)
    for title in page.locator(".askback-sheet option").all_inner_texts():
        page.goto(overview)
        page.locator(".askback-sheet select").select_option(title)
        page.locator(".askback-sheet button").click()
        page.locator(".askback-key").wait_for()
        files.append(folder / f"{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}.pdf")
        page.pdf(path=files[-1], format="A4", margin={side: "15mm" for side in ("top", "right", "bottom", "left")})
    return files


if __name__ == "__main__":
    server = serve(ROOT / "_build" / "html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure_chromium(), args=CHROMIUM_ARGS)
        for file in print_sheets(
            browser.new_page(), f"{server.address}/book/exercises.html", ROOT / "_build" / "sheets"
        ):
            print(file.relative_to(ROOT))
    server.shutdown()
