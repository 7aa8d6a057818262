"""The pages as they are used: search, themes, menus, copying, and a phone's navigation."""

import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup

from sitepages import chapters


def holding(site, markup):
    """The first chapter whose page holds some markup."""
    return next(name for name in chapters(site) if markup in (site / name).read_text("utf-8"))


def visit(page, server, name):
    page.goto(f"{server}/{name}")
    page.evaluate("document.fonts.ready.then(() => true)")


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


def test_words_of_a_heading_lead_to_its_section(page, server, site):
    """Of the last heading in plain words that only one section has."""
    headings = [
        (name, section["id"], section.find(["h2", "h3"], recursive=False).find(string=True).strip())
        for name in chapters(site)
        for section in BeautifulSoup((site / name).read_text("utf-8"), "html.parser").select("article section section")
        if section.find(["h2", "h3"], recursive=False)
    ]
    count = Counter(words for _, _, words in headings)
    plain = [one for one in headings if re.fullmatch(r"[A-Za-z]+( [A-Za-z]+)+", one[2]) and count[one[2]] == 1]
    name, anchor, words = plain[-1]
    visit(page, server, f"search.html?q={words.replace(' ', '+')}")
    page.locator(f"#search-results a[href$='{name}#{anchor}']").first.click()
    page.wait_for_url(f"**/{name}*#{anchor}")
    assert 0 <= page.locator(f"#{anchor} :is(h2, h3)").first.bounding_box()["y"] < 200


def test_dark_mode_is_kept_from_page_to_page(page, server, site):
    visit(page, server, "book/index.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.locator(".theme-switch-button").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.goto(f"{server}/{chapters(site)[-1]}", wait_until="commit")
    page.wait_for_selector("body", state="attached")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"  # before any deferred script


def test_system_preference_holds_until_the_reader_chooses(chromium, server):
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    visit(page, server, "book/index.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    context.close()


def test_menu_of_downloads_opens_and_closes_by_keyboard(page, server, site):
    visit(page, server, chapters(site)[-1])
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


def test_menus_stay_on_the_page_of_a_phone(page, server, site):
    page.set_viewport_size({"width": 320, "height": 640})
    visit(page, server, chapters(site)[-1])
    buttons = page.locator(".bd-header-article button.dropdown-toggle").all()
    assert buttons
    for button in buttons:
        button.click()
        edges = page.locator(".dropdown-menu.show").evaluate(
            "(menu) => [...menu.getClientRects()].map((r) => [r.left, r.right])"
        )
        assert [0 <= left and right <= 320 for left, right in edges] == [True]
        button.click()


def test_print_button_prints(page, server, site):
    visit(page, server, chapters(site)[-1])
    page.evaluate("window.print = () => { window.printed = true; }")
    page.locator(".dropdown-download-buttons button.dropdown-toggle").click()
    page.locator(".btn-download-pdf-button").click()
    assert page.evaluate("window.printed") is True


def test_code_is_copied_with_its_button(chromium, server, site):
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    visit(page, server, holding(site, 'class="cell_input'))
    block = page.locator(".cell_input").first
    block.hover()
    block.locator("button.copybtn").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.length > 0)")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == block.locator("pre").inner_text().strip()
    context.close()


def test_formula_is_copied_as_tex(page, server, site):
    page.goto(f"{server}/{holding(site, '<math')}")
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
    link = page.locator("#pst-primary-sidebar-modal .bd-sidenav a").last
    page.locator(".primary-toggle").click()
    link.wait_for()
    leads_to = link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**/{leads_to}")
