"""Every page for every reader: what axe finds, the keyboard's way, visible focus, headings in order."""

from pathlib import Path

import pytest

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}


def pages(site: Path) -> list[str]:
    return sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html") if "_static" not in p.parts)


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        pytest.fail("axe-core is not installed: run `npm ci --prefix tests`", pytrace=False)
    return AXE.read_text("utf-8")


def open_everything(page) -> None:
    """Bring every live figure near, so that it starts, and unfold what is folded."""
    for figure in page.locator("[data-live-figure]").all():
        figure.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelectorAll('[data-live-figure]:not([data-ready])').length === 0")
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    for button in page.locator(".toggle-button-hidden").all():
        button.click()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_on_any_page(chromium, server, site, axe, size, theme):
    found = []
    context = chromium.new_context(viewport=SIZES[size], color_scheme=theme, reduced_motion="reduce")
    for name in pages(site):
        page = context.new_page()
        page.goto(f"{server}/{name}")
        page.wait_for_load_state("load")
        open_everything(page)
        page.evaluate("scrollTo(0, 0)")
        page.evaluate(axe)
        for violation in page.evaluate("axe.run().then((result) => result.violations)"):
            for node in violation["nodes"]:
                found.append(f"{name}: {violation['id']}: {node['html'][:200]}: {node['failureSummary']}")
        page.close()
    context.close()
    assert not found, "\n".join(found)
