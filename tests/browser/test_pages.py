"""The pages as they are sent and used: bytes, requests, hosts, a strict policy, any address, the theme's controls."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from engines import serve

from conftest import watch
from forks import build
from sitepages import chapters, pages, start_figures

KB = 1000
# Styles stand in the drawings; all else is the site's own files.
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'"
PACKED = {".woff2", ".png", ".jpg", ".gif", ".zip"}  # gzip gains nothing


class Traffic:
    """What a page asks for, each address once, and what it weighs when sent with gzip."""

    def __init__(self, page, site: Path):
        self.site, self.asked = site, []
        page.on("request", lambda request: request.url in self.asked or self.asked.append(request.url))

    def weight(self, *, kind: str = "", start: int = 0) -> int:
        total = 0
        for address in self.asked[start:]:
            path = self.site / urlsplit(address).path.lstrip("/")
            if path.suffix.endswith(kind):
                data = path.read_bytes()
                total += len(data if path.suffix in PACKED else gzip.compress(data, 6))
        return total


def visit(page, server, name):
    page.goto(f"{server}/{name}")
    page.evaluate("document.fonts.ready.then(() => true)")


def visit_to_the_last_byte(page, server, name):
    visit(page, server, name)
    page.wait_for_load_state("networkidle")  # half a second in which nothing more is asked for


def test_first_visit_is_light_and_so_is_every_figure_that_comes_near(chromium, server, site):
    figures = 0
    for name in chapters(site):
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        slips, traffic = watch(page), Traffic(page, site)
        visit_to_the_last_byte(page, server, name)
        assert traffic.weight() <= 110 * KB, (name, traffic.asked)
        assert traffic.weight(kind=".js") <= 35 * KB, (name, traffic.asked)
        assert len(traffic.asked) <= 15, (name, traffic.asked)
        for figure in page.locator("[data-live-figure]").all():
            start = len(traffic.asked)
            figure.scroll_into_view_if_needed()
            page.wait_for_function("(figure) => figure.dataset.ready !== undefined", arg=figure.element_handle())
            assert traffic.weight(start=start) <= 30 * KB, (name, traffic.asked[start:])
            figures += 1
        context.close()
        assert slips == []
    assert figures


def test_second_chapter_is_lighter(page, server, site):
    traffic = Traffic(page, site)
    first, *others = chapters(site)
    visit_to_the_last_byte(page, server, first)
    for name in others:
        start = len(traffic.asked)
        visit_to_the_last_byte(page, server, name)
        assert traffic.weight(start=start) <= 50 * KB, (name, traffic.asked[start:])


def test_pages_work_from_disk(page, site):
    """Those with figures are moved from disk in test_figures.py."""
    still = [name for name in pages(site) if "data-live-figure=" not in (site / name).read_text("utf-8")]
    assert still
    for name in still:
        page.goto((site / name).as_uri())


def test_pages_work_under_any_path_and_a_strict_policy(page, site, tmp_path):
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "book").symlink_to(site, target_is_directory=True)
    httpd = serve(tmp_path, policy=POLICY)
    for name in pages(site):
        page.goto(f"{httpd.address}/some/book/{name}")
        start_figures(page)
    httpd.shutdown()


def test_text_is_there_without_scripts(chromium, server, site):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    slips = watch(page)
    for name in chapters(site):
        page.goto(f"{server}/{name}")
        assert page.locator("article h1").is_visible()
        assert page.locator("article").evaluate("(article) => getComputedStyle(article).color") != ""
        for figure in page.locator("[data-live-figure]").all():
            assert figure.locator("svg, img").first.is_visible(), name
        assert not page.locator(".theme-switch-button").is_visible()  # what needs a script is not offered
    context.close()
    assert slips == []


# Labels of upright axes that overlap other texts of their picture: on a phone letters are a quarter larger.
RUN_INTO = """() => [...document.querySelectorAll("svg.kf-picture")].flatMap((picture) => {
  const texts = [...picture.querySelectorAll("text")]
    .filter((text) => text.checkVisibility({ visibilityProperty: true }) && text.textContent.trim());
  const [boxes, says] = [texts.map((text) => text.getBoundingClientRect()), texts.map((text) => text.textContent)];
  const overlap = (a, b) => Math.min(a.right, b.right) > Math.max(a.left, b.left) + 1
    && Math.min(a.bottom, b.bottom) > Math.max(a.top, b.top) + 1;
  return texts.flatMap((text, i) => !/rotate\\(-?90/.test(text.getAttribute("transform")) ? []
    : says.filter((_, k) => k !== i && overlap(boxes[i], boxes[k])).map((other) => `${says[i]} and ${other}`));
})"""


@pytest.mark.timeout(300)
def test_no_page_scrolls_sideways_and_no_axis_label_runs_into_another_text(page, server, site):
    for name in pages(site):
        for width in 320, 390, 1280:
            page.set_viewport_size({"width": width, "height": 900})
            if width == 320:
                visit(page, server, name)
                start_figures(page)
            assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [width, width], name
            assert page.evaluate(RUN_INTO) == [], (name, width)


def test_the_buttons_of_a_fork_fit_a_small_phone(page, tmp_path):
    """A book that knows its repository has buttons for it in the header."""
    build(tmp_path, "git@github.com:grace/her-fork.git")
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto((tmp_path / "_build/html/book/one.html").as_uri())
    buttons = page.locator(".bd-header-article .btn:visible")
    assert page.locator(".bd-header-article :is(.dropdown-launch-buttons, .dropdown-source-buttons)").count() == 2
    for button in buttons.all():
        box = button.bounding_box()
        assert box["width"] >= 24 and box["x"] >= 0 and box["x"] + box["width"] <= 320, button.inner_html()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_search_finds_the_chapter(page, server):
    visit(page, server, "book/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("softmax")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=softmax")
    page.locator("#search-results a").first.wait_for()
    page.locator("#search-results a").first.click()
    page.wait_for_url(re.compile("/book/.*html"))


@pytest.mark.parametrize("width", [1280, 390])
def test_magnifier_keeps_clear_of_what_is_typed(page, server, width):
    page.set_viewport_size({"width": width, "height": 800})
    visit(page, server, "search.html?q=softmax")
    field = page.locator("main form.bd-search input[type=search]")
    assert field.input_value() == "softmax"
    icon, box = page.locator("main form.bd-search i").bounding_box(), field.bounding_box()
    assert icon["x"] >= 0 and icon["x"] + icon["width"] <= box["x"]
    assert abs(icon["y"] + icon["height"] / 2 - box["y"] - box["height"] / 2) < 2


def test_words_of_a_heading_lead_to_its_section(page, server):
    visit(page, server, "search.html?q=betting+game")
    page.locator("#search-results a[href$='book/confidence.html#the-betting-game']").click()
    page.wait_for_url("**/book/confidence.html*#the-betting-game")
    assert 0 <= page.locator("#the-betting-game h2").bounding_box()["y"] < 200


def test_dark_mode_is_kept_from_page_to_page(page, server):
    visit(page, server, "book/index.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.locator(".theme-switch-button").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.goto(f"{server}/book/summary.html", wait_until="commit")
    page.wait_for_selector("body", state="attached")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"  # before any deferred script


def test_system_preference_holds_until_the_reader_chooses(chromium, server):
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    visit(page, server, "book/index.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    context.close()


def test_menu_of_downloads_opens_and_closes_by_keyboard(page, server):
    visit(page, server, "book/summary.html")
    button = page.locator(".dropdown-download-buttons button.dropdown-toggle")
    menu = page.locator(".dropdown-download-buttons .dropdown-menu")
    button.focus()
    page.keyboard.press("Enter")
    assert menu.is_visible() and button.get_attribute("aria-expanded") == "true"
    for link in menu.locator("a").all():
        assert page.request.get(f"{server}/book/{link.get_attribute('href')}").ok
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not menu.is_visible() and button.evaluate("(button) => button === document.activeElement")


def test_menus_stay_on_the_page_of_a_phone(page, server):
    page.set_viewport_size({"width": 320, "height": 640})
    visit(page, server, "book/summary.html")
    buttons = page.locator(".bd-header-article button.dropdown-toggle").all()
    assert buttons
    for button in buttons:
        button.click()
        edges = page.locator(".dropdown-menu.show").evaluate(
            "(menu) => [...menu.getClientRects()].map((r) => [r.left, r.right])"
        )
        assert [0 <= left and right <= 320 for left, right in edges] == [True]
        button.click()


def test_print_button_prints(page, server):
    visit(page, server, "book/summary.html")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.locator(".dropdown-download-buttons button.dropdown-toggle").click()
    page.locator(".btn-download-pdf-button").click()
    assert page.evaluate("window.printed") is True


def test_code_is_copied_with_its_button(chromium, server):
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    visit(page, server, "book/cross-entropy.html")
    block = page.locator(".cell_input").first
    block.hover()
    block.locator("button.copybtn").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.length > 0)")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == block.locator("pre").inner_text().strip()
    context.close()


def test_formula_is_copied_as_tex(page, server, site):
    page.goto(f"{server}/book/cross-entropy.html")
    copied = page.evaluate(
        """() => {
          const math = document.querySelector("article math");
          getSelection().selectAllChildren(math.parentElement);
          const data = new DataTransfer();
          document.dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
          return [data.getData("text/plain"), math.querySelector("annotation").textContent];
        }"""
    )
    assert copied[1] in copied[0] and copied[0].strip().startswith("$")


def test_contents_open_on_a_phone(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, server, "book/index.html")
    link = page.locator("#pst-primary-sidebar-modal .bd-sidenav a", has_text="Summary")
    page.locator(".primary-toggle").click()
    link.wait_for()
    link.click()
    page.wait_for_url("**/book/summary.html")
