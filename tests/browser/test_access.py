"""The keyboard's way through a page: the skip link comes first, focus goes in the order of reading and is seen."""


def test_skip_link_comes_first_and_leads_to_the_text(page, server):
    page.goto(f"{server}/book/index.html")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    assert first == "#main-content"
    assert page.locator("#pst-skip-link").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#main-content').contains(document.activeElement)")


def test_focus_moves_in_the_order_of_reading_and_can_be_seen(page, server):
    page.goto(f"{server}/book/summary.html")
    stops = []
    for _ in range(200):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const node = document.activeElement;
              if (node === document.body) return null;
              const style = getComputedStyle(node), around = getComputedStyle(node.parentElement);
              const seen = [style, around].some((s) => s.outlineStyle !== "none" || s.boxShadow !== "none");
              const all = [...document.querySelectorAll("*")];
              return [all.indexOf(node), seen, node.outerHTML.slice(0, 200)];
            }"""
        )
        if stop is None or stop[0] in [s[0] for s in stops]:
            break
        stops.append(stop)
    assert len(stops) > 10
    assert [s[2] for s in stops if not s[1]] == []
    assert [s[0] for s in stops] == sorted(s[0] for s in stops)
