"""Every live figure of the built book, in three browser engines: it answers to keyboard and pointer, calls nobody."""

from __future__ import annotations

import random
from pathlib import Path
from urllib.parse import quote

import pytest
from engines import Engine, Missing, serve, start
from hands import move_all, pages_with_figures


@pytest.fixture(scope="module", params=["chromium", "firefox", "webkit"])
def engine(request, chromium):
    try:
        engine = start(request.param, chromium)
    except Missing as problem:
        pytest.fail(str(problem), pytrace=False)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def pages(site):
    found = pages_with_figures(site)
    assert found, "no page of the book holds a live figure"
    return found


def check_all(engine: Engine, address: str, pages: list[str]) -> None:
    moved: dict[str, int] = {}
    faults: list[str] = []
    for page in pages:
        engine.open(f"{address}/{page}")
        faults += move_all(engine, page, moved)
        faults += engine.run("() => (window.slips ?? []).splice(0)")
    assert not faults
    assert engine.slips == []
    assert all(moved.values()), f"a figure without a slider or handle: {moved}"


@pytest.mark.timeout(900)
def test_every_slider_and_handle_moves_its_picture_and_numbers(engine, site, pages):
    server = serve(site, watched=engine.name == "webkit")
    try:
        check_all(engine, server.address, pages)
    finally:
        server.shutdown()


@pytest.mark.timeout(600)
def test_the_same_from_disk(chromium, site, pages):
    engine = start("chromium", chromium)
    check_all(engine, site.as_uri(), pages)
    engine.close()


@pytest.mark.timeout(300)
def test_what_is_typed_comes_back_into_range(page, server, pages):
    for name in pages:
        page.goto(f"{server}/{name}")
        for figure in page.locator("[data-live-figure]").all():
            figure.scroll_into_view_if_needed()
            figure.and_(page.locator("[data-ready]")).wait_for()
            for field in figure.locator("input[type=number]:visible").all()[:3]:
                low, high = (float(field.get_attribute(end)) for end in ("min", "max"))
                for typed in ("1e308", "-1e308", "abc", "--", "1e999", "-0", ""):
                    field.focus()
                    page.keyboard.press("Control+a")
                    page.keyboard.press("Delete")
                    page.keyboard.type(typed)
                    page.keyboard.press("Tab")
                    assert low <= float(field.input_value()) <= high, (
                        f"{name}: {typed!r} became {field.input_value()!r}"
                    )
                    assert not field.input_value().startswith("-0.0000")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.timeout(300)
def test_nothing_on_the_page_moves_when_figures_wake(chromium, server, pages, width):
    for name in pages:
        page = chromium.new_page(viewport={"width": width, "height": 900})
        page.add_init_script(path=Path(__file__).with_name("shifts.js"))
        page.goto(f"{server}/{name}")
        for figure in page.locator("[data-live-figure]").all():
            # Straight to the figure, as a link would go there: it wakes in sight.
            figure.evaluate("(node) => node.scrollIntoView()")
            figure.and_(page.locator("[data-ready]")).wait_for()
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate("() => shifts") == [], name
        page.context.close()


WALK = """
async (root) => {
  const words = root.querySelector(".kf-words");
  const height = root.offsetHeight;
  for (const range of root.querySelectorAll("input[type=range]")) {
    const [min, max, step] = [range.min, range.max, range.step].map(Number);
    const stride = Math.max(1, Math.round((max - min) / step / 25)) * step;
    for (let x = min; x <= max; x += stride) {
      range.value = x;
      range.dispatchEvent(new Event("input", { bubbles: true }));
      await scheduler.yield(); // a timer would wait 4 ms each time
      if (root.offsetHeight !== height) return `at ${x}: ${height} px high, then ${root.offsetHeight}`;
      if (words && words.scrollHeight > words.clientHeight + 1) return `at ${x}: no room for ${words.textContent}`;
    }
  }
  return "";
}
"""


@pytest.mark.timeout(300)
def test_no_move_makes_a_figure_higher(page, server, pages):
    """What stands below a figure stays where it is, and every text that a move brings has room."""
    for name in pages:
        for width in 320, 1280:
            page.set_viewport_size({"width": width, "height": 900})
            if width == 320:
                page.goto(f"{server}/{name}")
            for figure in page.locator("[data-live-figure]").all():
                figure.scroll_into_view_if_needed()
                figure.and_(page.locator("[data-ready]")).wait_for()
                figure.locator(".kf-reset").click()
                assert figure.evaluate(WALK) == "", f"{name}, {width}: {figure.get_attribute('data-live-figure')}"


def _stills_stand(page, name: str) -> None:
    for figure in page.locator("[data-live-figure]").all():
        still = figure.locator(".kf-still svg")
        assert still.is_visible(), f"{name}: no still"
        assert (still.get_attribute("aria-label") or "").strip(), f"{name}: a still without a name"
        box = still.bounding_box()
        assert box["width"] > 100 and box["height"] > 50, f"{name}: a still of {box}"
        assert figure.locator("input:visible, button:visible, [role=slider]:visible, .kf-view:visible").count() == 0, (
            name
        )
        caption = figure.locator("xpath=ancestor::figure//figcaption")
        if caption.count():
            assert caption.first.is_visible(), f"{name}: the caption is hidden"


def test_without_javascript_stills_and_captions_stand(chromium, server, pages):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for name in pages:
        page.goto(f"{server}/{name}")
        _stills_stand(page, name)
    context.close()


def test_in_print_stills_and_captions_stand(page, server, pages):
    for name in pages:
        page.goto(f"{server}/{name}")
        for figure in page.locator("[data-live-figure]").all():
            figure.scroll_into_view_if_needed()
            figure.and_(page.locator("[data-ready]")).wait_for()
        page.emulate_media(media="print")
        _stills_stand(page, name)
        page.emulate_media(media="screen")


def test_a_link_brings_the_state_back(page, server, pages):
    for name in pages:
        page.goto(f"{server}/{name}")
        for index in range(page.locator("[data-live-figure]").count()):
            figure = page.locator("[data-live-figure]").nth(index)
            figure.scroll_into_view_if_needed()
            figure.and_(page.locator("[data-ready]")).wait_for()
            sliders = figure.locator("input[type=range], [role=slider]")
            if sliders.count():
                sliders.first.focus()
                page.keyboard.press("PageUp")
                page.keyboard.press("ArrowLeft")
            else:  # a figure of choices
                figure.locator("[role=radio]:visible, input[type=radio]:visible").nth(1).click()
            state = figure.evaluate("(root) => JSON.stringify(root.model.state)")
            figure.locator(".kf-share").click()
            address = page.evaluate("location.href")
            page.goto("about:blank")
            page.goto(address)
            page.wait_for_function(
                f"document.querySelectorAll('[data-live-figure]')[{index}].dataset.ready !== undefined"
            )
            assert figure.evaluate("(root) => JSON.stringify(root.model.state)") == state, address
            assert figure.is_visible()


ACTIONS = 10_000
SEED = 20260301

_PLAY = Path(__file__).with_name("play.js").read_text(encoding="utf-8")


def _hashes(about: dict[str, dict], chance: random.Random) -> list[str]:
    """Fragments of every kind: good ones, broken ones, hostile ones."""
    junk = [
        "1e999",
        "NaN",
        "null",
        "[]",
        "{}",
        '{"__proto__":1}',
        "<img src=x onerror=alert(1)>",
        "%",
        "%ff",
        "true",
        "'",
    ]
    junk += ["[1,2", '"x"', "-0", "1e308", "[[[[]]]]", "0.5", "3", "undefined", "javascript:alert(1)"]
    found = ["", "#", "#?", "#%", "#nobody?x=1", "#__proto__?a=1", "#constructor?prototype=1", "#" + "a" * 5000]
    for name, facts in about.items():
        found += [name, f"{name}?", f"{name}?__proto__=1&constructor=2&toString=3"]
        for trait, limits in facts["limits"].items():
            if {"min", "max"} <= set(limits):
                found.append(f"{name}?{trait}={chance.uniform(limits['min'], limits['max'])}")
            found += [f"{name}?{trait}={value}" for value in (*junk, *map(quote, junk))]
    return found


@pytest.mark.timeout(600)
def test_ten_thousand_random_actions_leave_no_nonsense(page, server, pages):
    page.set_default_timeout(300_000)
    share = -(-ACTIONS // len(pages))
    for number, name in enumerate(pages):
        page.goto(f"{server}/{name}")
        for figure in page.locator("[data-live-figure]").all():
            figure.scroll_into_view_if_needed()
            figure.and_(page.locator("[data-ready]")).wait_for()
        about = page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('[data-live-figure]')]"
            ".map((root) => [root.dataset.liveFigure, root.model.get('_about')]))"
        )
        hashes = _hashes(about, random.Random(SEED))
        for batch in range(10):
            play = {"seed": SEED + 100 * number + batch, "count": -(-share // 10), "hashes": hashes}
            assert page.evaluate(_PLAY, play) == [], f"{name}, {play['seed']}"
