"""Every page for every reader: what judges of access find, the keyboard's way, visible focus, headings in order."""

from pathlib import Path

import pytest

from checkers import faults_by_axe, faults_of_access
from exercises import exercises
from sitepages import pages, start_figures

SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}


def open_everything(page) -> None:
    """Bring every live figure near, so that it starts, and unfold what is folded."""
    start_figures(page)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    shut = page.locator(".toggle-button-hidden")
    while shut.count():  # one that was opened is no longer among them
        shut.first.click()
    # What unfolds may fade in, and has its colours only then.
    page.evaluate("Promise.allSettled(document.getAnimations().map((animation) => animation.finished))")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_no_judge_of_access_finds_a_fault_on_any_page(chromium, server, site, size, theme):
    found = []
    context = chromium.new_context(viewport=SIZES[size], color_scheme=theme, reduced_motion="reduce")
    for name in [*pages(site), "404.html"]:
        page = context.new_page()
        page.goto(f"{server}/{name}")
        page.wait_for_load_state("load")
        open_everything(page)
        page.evaluate("scrollTo(0, 0)")
        found += [f"{name}: {fault}" for fault in faults_of_access(page)]
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


#: Brings a page's exercises, `{name: text to answer with}`, into a state; where there is no text, by asking for help.
INTO = """async (answers) => {
  for (const [name, text] of Object.entries(answers)) {
    if (text !== null) await answer(name, text);
    else for (let i = 0; i < 9 && exercise(name).dataset.state !== "shown"; i++) {
      exercise(name).querySelector(".kf-hint").click();
      await new Promise((done) => setTimeout(done));
    }
  }
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
  return Object.keys(answers).map((name) => exercise(name).dataset.state);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_in_any_state_of_an_exercise(chromium, server, site, size, theme):
    library = Path(__file__).with_name("exercises.js").read_text("utf-8")
    found = []
    context = chromium.new_context(viewport=SIZES[size], color_scheme=theme, reduced_motion="reduce")
    table = exercises(site)
    for name in dict.fromkeys(asked.page for asked in table):
        here = [asked for asked in table if asked.page == name]
        page = context.new_page()
        page.goto(f"{server}/{name}")
        start_figures(page)
        for asked in here:  # its key is there once it has come near
            exercise = page.locator(f'[data-exercise="{asked.name}"]')
            exercise.scroll_into_view_if_needed()
            exercise.and_(page.locator("[data-ready]")).wait_for()
        wrong = {asked.name: asked.mistakes()[0][0] for asked in here if asked.mistakes()}
        right = {asked.name: asked.right()[0] for asked in here if asked.kind != "judge"}
        helped = {asked.name: None for asked in here}
        for state, answers in ("open", {}), ("wrong", wrong), ("right", right), ("shown", helped):
            assert set(page.evaluate(f"async (all) => {{ {library} return ({INTO})(all); }}", answers)) <= {state}
            found += [f"{name}, {state}: {fault}" for fault in faults_by_axe(page, "[data-exercise]")]
        page.close()
    context.close()
    assert not found, "\n".join(found)
