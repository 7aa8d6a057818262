"""Every page for every reader: what judges of access find, the keyboard's way, visible focus, headings in order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from checkers import faults_by_axe, faults_of_access
from exercises import exercises
from sitepages import pages, start_figures

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}


def open_everything(page) -> None:
    """Bring every live figure near, so that it starts, and unfold what is folded."""
    start_figures(page)
    page.evaluate(
        """() => {
          for (const details of document.querySelectorAll("details")) details.open = true;
          for (const button of document.querySelectorAll(".toggle-button-hidden")) button.click();
        }"""
    )
    assert page.locator(".toggle-button-hidden").count() == 0


#: Brings a page's exercises, `{name: text to answer with}`, into a state; where there is no text, by asking for help.
INTO = """async (answers) => {
  for (const [name, text] of Object.entries(answers)) {
    if (text !== null) await answer(name, text);
    else for (let i = 0; i < 9 && exercise(name).dataset.state !== "shown"; i++) {
      exercise(name).querySelector(".askback-hint").click();
      await new Promise((done) => setTimeout(done));
    }
  }
  return Object.keys(answers).map((name) => exercise(name).dataset.state);
}"""
# Takes away what is not of the exercises: it was judged, and axe would reckon with every part of it again each time.
ALONE = """() => {
  const kept = "[data-exercise], [data-exercise] *, :has([data-exercise]), head, head *";
  for (const node of document.querySelectorAll(`:not(${kept})`)) if (node.isConnected) node.remove();
}"""
LIBRARY = Path(__file__).with_name("exercises.js").read_text("utf-8")


def in_each_theme(page, judge) -> Iterator[str]:
    """What a judge finds in a page as it stands, in the light and in the dark."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
        # What fades has its colours only then.
        page.evaluate("Promise.allSettled(document.getAnimations().map((animation) => animation.finished))")
        yield from (f"{theme}: {fault}" for fault in judge(page))


@pytest.mark.parametrize("size", SIZES)
def test_no_judge_of_access_finds_a_fault_on_any_page_nor_in_any_state_of_its_exercises(chromium, server, site, size):
    found, asked = [], exercises(site)
    context = chromium.new_context(viewport=SIZES[size], reduced_motion="reduce")
    for name in [*pages(site), "404.html"]:
        page = context.new_page()
        page.goto(f"{server}/{name}")
        open_everything(page)
        page.evaluate("scrollTo(0, 0)")
        found += [f"{name}: {fault}" for fault in in_each_theme(page, faults_of_access)]

        here = [one for one in asked if one.page == name]
        for one in here:  # its key is there once it has come near
            exercise = page.locator(f'[data-exercise="{one.name}"]')
            exercise.scroll_into_view_if_needed()
            exercise.and_(page.locator("[data-ready]")).wait_for()
        wrong = {one.name: one.mistakes()[0][0] for one in here if one.mistakes()}
        right = {one.name: one.right()[0] for one in here if one.kind != "judge"}
        helped = {one.name: None for one in here}
        if here:
            page.evaluate(ALONE)
        for state, answers in ("wrong", wrong), ("right", right), ("shown", helped):
            assert set(page.evaluate(f"async (all) => {{ {LIBRARY} return ({INTO})(all); }}", answers)) <= {state}
            if answers:
                faults = in_each_theme(page, lambda page: faults_by_axe(page, "[data-exercise]"))
                found += [f"{name}, {state}: {fault}" for fault in faults]
        page.close()
    context.close()
    assert not found, "\n".join(found)


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


def test_headings_go_down_one_level_at_a_time(page, server, site):
    for name in pages(site):
        page.goto(f"{server}/{name}", wait_until="domcontentloaded")
        levels = page.evaluate(
            """[...document.querySelectorAll("h1,h2,h3,h4,h5,h6")]
              .filter((heading) => heading.checkVisibility()).map((heading) => +heading.tagName[1])"""
        )
        if not levels:
            continue
        assert levels[0] == 1 and levels.count(1) == 1, (name, levels)
        assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False)), (name, levels)
