"""A small book of odd cases in the browser: every kind of control and figure, failures, links, and strict policies."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from engines import serve

from kernelfree.draw import svg
from project import ROOT, python_path

BOOK = ROOT / "tests" / "fixtures" / "kernelfree_book"
# What the stock theme of Jupyter Book says on any page.
STOCK = re.compile(r"THEBE_JS_URL|theme mode|favicon|404|ERR_NAME_NOT_RESOLVED|unpkg|cdn|Content Security Policy")
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def odd(tmp_path_factory) -> Path:
    """The book of odd cases, built by jupyter-book with its stock theme."""
    out = tmp_path_factory.mktemp("odd")
    # As in a kernel that nobody told of a backend: figures outside of interact are shown too.
    env = {**os.environ, "PYTHONPATH": python_path(), "NO_COLOR": "1"}
    env.pop("MPLBACKEND", None)
    jb = Path(sys.executable).with_name("jb")
    command = [str(jb), "build", str(BOOK), "-W", "-n", "--keep-going", "--path-output", str(out)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=out)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(r"nothing-alike: 12 frames, \d+\.\d kB gz", done.stdout + done.stderr)
    return out / "_build" / "html"


@pytest.fixture(scope="module")
def address(odd):
    server = serve(odd)
    yield server.address
    server.shutdown()


@pytest.fixture
def window(chromium):
    """A page that fails the test on any slip but the stock theme's."""
    from conftest import watch

    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(15_000)
    slips = watch(page)
    yield page
    page.context.close()
    assert [slip for slip in slips if not STOCK.search(slip)] == []


def wake(page, name: str):
    figure = page.locator(f'[data-live-figure="{name}"]').first
    figure.scroll_into_view_if_needed()
    figure.and_(page.locator("[data-ready]")).wait_for()
    return figure


@contextlib.contextmanager
def figures():
    sys.path.insert(0, str(BOOK))
    try:
        import figures

        yield figures
    finally:
        sys.path.remove(str(BOOK))


# The texts and paths of a drawing that can be seen, in the page's own order.
SEEN = """(root) => [...root.querySelectorAll(".kf-still svg :is(path, text, tspan, use, image)")]
  .filter((node) => !node.closest("[display=none]") && !node.closest("defs"))
  .map((node) => [node.tagName, node.getAttribute("d") ?? node.getAttribute("href")?.slice(0, 5) ?? "",
    node.getAttribute("x"), node.getAttribute("y"), node.getAttribute("style"),
    node.children.length ? "" : node.textContent].join("|"))"""


def expected(figure) -> list[str]:
    tree = svg.responsive_svg(figure)
    plt.close(figure)
    seen = []

    def walk(node):
        if node.tag == "defs":
            return
        if node.tag in ("path", "text", "tspan", "use", "image"):
            own = node.attributes
            text = "" if node.children else node.text
            link = own.get("href", "")
            link = link[:5] if node.tag == "image" else link
            seen.append((node.tag, own.get("d") or link, own.get("x"), own.get("y"), own.get("style"), text))
        for child in node.children:
            walk(child)

    walk(tree)
    return seen


def compare(page_list: list[str], drawn: list[tuple], where: str) -> None:
    shown = [tuple(line.split("|")) for line in page_list]
    plain = [
        (tag, "" if tag == "use" else d or "", x or "", y or "", re.sub(r"url\([^)]*\)", "", style or ""), text)
        for tag, d, x, y, style, text in drawn
    ]
    shown = [
        (tag, "" if tag == "use" else d, x, y, re.sub(r"url\([^)]*\)", "", style), text)
        for tag, d, x, y, style, text in shown
    ]
    assert shown == plain, where


@pytest.mark.parametrize("order", [[1, 6, 3, 2, 5, 4, 6, 1, 3]])
def test_elements_that_come_and_go_are_those_that_matplotlib_draws(window, address, order):
    window.goto(f"{address}/frames.html")
    figure = wake(window, "bars")
    with figures() as made, plt.rc_context():
        for bars in order:
            figure.locator("input[type=range]").fill(str(bars - 1))
            drawn = expected(made.coming_and_going(bars))
            compare(figure.evaluate(SEEN), drawn, f"{bars} bars")
            assert sum(tag == "text" and text == str(bars) for tag, *_, text in drawn) >= 1


def test_frames_with_nothing_in_common_are_those_that_matplotlib_draws(window, address):
    window.goto(f"{address}/frames.html")
    figure = wake(window, "nothing-alike")
    with figures() as made:
        for seed in (7, 0, 11, 3):
            figure.locator("input[type=range]").fill(str(seed))
            compare(figure.evaluate(SEEN), expected(made.nothing_alike(seed)), f"seed {seed}")


def test_two_controls_move_two_axes_and_what_is_printed(window, address):
    window.goto(f"{address}/frames.html")
    figure = wake(window, "two-axes")
    shift, scale = (figure.locator(f'[data-control="{name}"] input[type=range]') for name in ("shift", "scale"))
    with figures() as made:
        for x, k in ((-1.0, 3), (0.25, 1), (0.25, 2), (1.0, 2)):
            shift.fill(str(4 * (x + 1)))
            scale.fill(str(k - 1))
            assert figure.locator(".kf-words").inner_text() == f"stretched by {k}"
            made.two_axes(x, k)
            compare(figure.evaluate(SEEN), expected(plt.gcf()), f"{x}, {k}")
    assert figure.locator(".kf-title").inner_text() == "Two axes & a <legend>"


def test_images_change(window, address):
    window.goto(f"{address}/frames.html")
    figure = wake(window, "picture")
    rasters, paths = set(), set()
    for choice in range(3):
        figure.locator("select").select_option(index=choice)
        rasters.add(figure.locator("image").get_attribute("href"))
        paths.add(figure.locator("g[shape-rendering]").inner_html())
        assert figure.locator(".kf-words").inner_text() == f"power {1 + choice}"
    assert len(rasters) == len(paths) == 3


def test_every_kind_of_control_works(window, address):
    window.goto(f"{address}/frames.html")
    figure = wake(window, "all-kinds")
    words = figure.locator(".kf-words")
    assert words.inner_text() == "a=2 b=0.5 c=2 d=right e=up f=True g=m h=3"
    part = {name: figure.locator(f'[data-control="{name}"]') for name in "abcdefg"}
    part["a"].locator("input[type=range]").press("ArrowLeft")
    assert part["a"].locator("input[type=range]").get_attribute("aria-valuetext") == "000"
    part["b"].locator(".kf-number").fill("0.8")
    part["b"].locator(".kf-number").press("Tab")
    assert part["b"].locator("input[type=range]").get_attribute("aria-valuetext") == "100%"
    part["c"].locator("select").select_option("one")
    part["d"].get_by_label("left").check()
    part["e"].get_by_label("down").check()
    part["f"].locator("input").uncheck()
    part["g"].locator("input[type=range]").press("ArrowLeft")
    assert part["g"].locator(".kf-text").inner_text() == "s"
    assert words.inner_text() == "a=0 b=1.0 c=1 d=left e=down f=False g=s h=3"
    link = link_of(window, figure)
    figure.locator(".kf-reset").click()
    assert words.inner_text() == "a=2 b=0.5 c=2 d=right e=up f=True g=m h=3"
    window.goto("about:blank")
    window.goto(link)
    wake(window, "all-kinds")
    assert words.inner_text() == "a=0 b=1.0 c=1 d=left e=down f=False g=s h=3"


def link_of(page, figure) -> str:
    figure.locator(".kf-share").click()
    return page.evaluate("location.href")


def test_words_alone_make_a_figure(window, address):
    window.goto(f"{address}/frames.html")
    figure = wake(window, "words-only")
    figure.locator("input[type=range]").press("End")
    assert figure.locator(".kf-words").inner_text() == "5 + 5 = 10"


def test_the_cases_of_authors_are_live_and_in_order(window, address):
    """Written for ipywidgets, and built with the one line of configuration."""
    window.goto(f"{address}/cases.html")
    names = window.locator("[data-live-figure]").evaluate_all("(all) => all.map((one) => one.dataset.liveFigure)")
    assert names == [
        "wave",
        "wave-2",
        "decorated",
        "global-figure",
        "both",
        "decay",
        "span",
        "runs",
        "ratio",
        "table",
    ] + ["boxes", "spot", "beside", "sine", "cosine"]
    first = window.locator(".cell_output").first
    kinds = first.evaluate(
        "(out) => [...out.querySelectorAll('pre, img, [data-live-figure]')].map((node) => node.tagName)"
    )
    assert kinds == ["PRE", "IMG", "DIV", "DIV", "PRE"]
    for name in names:
        figure = wake(window, name)
        before = figure.locator(".kf-still").inner_html()
        figure.locator("input[type=range]").first.press("ArrowRight")
        window.wait_for_function(
            "([node, html]) => node.innerHTML !== html", arg=[figure.locator(".kf-still").element_handle(), before]
        )
    assert window.locator(".jupyter-widgets, [class*=widget-]").count() == 0


def test_two_figures_of_one_call_both_move(window, address):
    window.goto(f"{address}/cases.html")
    pictures = wake(window, "both").locator(".kf-still > svg")
    assert pictures.count() == 2
    before = [picture.inner_html() for picture in pictures.all()]
    wake(window, "both").locator("input[type=range]").press("End")
    assert all(picture.inner_html() != old for picture, old in zip(pictures.all(), before, strict=True))


def test_a_log_slider_says_the_values_themselves(window, address):
    window.goto(f"{address}/cases.html")
    figure = wake(window, "decay")
    slider, field = figure.locator("input[type=range]"), figure.locator("input[type=number]")
    slider.press("Home")
    assert field.input_value() == "0.01" and slider.get_attribute("aria-valuetext") == "0.01"
    field.fill("0.9")
    field.press("Tab")
    assert field.input_value() == "1" and "rate=1" in link_of(window, figure)


def test_a_range_slider_has_two_handles_that_do_not_pass_each_other(window, address):
    window.goto(f"{address}/cases.html")
    figure = wake(window, "span")
    low, high = figure.locator("input[type=range]").all()
    words = figure.locator(".kf-words")
    assert words.inner_text() == "from 2 to 4"
    high.press("ArrowRight")
    low.press("End")
    assert words.inner_text() == "from 5 to 5" and figure.locator(".kf-text").inner_text() == "5 to 5"
    link = link_of(window, figure)
    low.press("Home")
    assert words.inner_text() == "from 0 to 5"
    window.goto("about:blank")
    window.goto(link)
    assert wake(window, "span").locator(".kf-words").inner_text() == "from 5 to 5"


@pytest.mark.parametrize("pair", ["[4,2]", "[5]", "[1,2,3]", "[1,7]", "[1,null]", '"12"', "12"])
def test_a_link_to_no_range_is_ignored(window, address, pair):
    window.goto("about:blank")
    window.goto(f"{address}/cases.html#span?between={pair}")
    words = wake(window, "span").locator(".kf-words")
    assert words.inner_text() == "from 2 to 4"
    window.evaluate("location.hash = 'span?between=[0,1]'")
    window.wait_for_function("(node) => node.textContent === 'from 0 to 1'", arg=words.element_handle())
    window.evaluate("(pair) => { location.hash = `span?between=${pair}`; }", pair)
    window.evaluate("() => new Promise((done) => setTimeout(done))")
    assert words.inner_text() == "from 0 to 1"


def test_a_play_button_runs_the_slider_until_it_is_pressed_again(window, address):
    window.goto(f"{address}/cases.html")
    figure = wake(window, "runs")
    button, words = figure.locator(".kf-play"), figure.locator(".kf-words")
    button.click()
    window.wait_for_function("(node) => Number(node.textContent.split(' ')[1]) > 3", arg=words.element_handle())
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    stopped = words.inner_text()
    window.wait_for_timeout(300)
    assert words.inner_text() == stopped


def test_play_takes_single_steps_where_motion_is_reduced(chromium, address):
    page = chromium.new_context(reduced_motion="reduce").new_page()
    page.goto(f"{address}/cases.html")
    figure = wake(page, "runs")
    figure.locator(".kf-play").click()
    page.wait_for_timeout(300)
    assert figure.locator(".kf-words").inner_text() == "step 1"
    page.context.close()


def test_a_frame_that_fails_says_so_in_the_room_of_the_others(window, address):
    window.goto(f"{address}/cases.html")
    figure = wake(window, "ratio")
    height = figure.bounding_box()["height"]
    figure.locator('[data-control="a"] input[type=range]').press("End")
    figure.locator('[data-control="b"] input[type=range]').press("Home")
    assert "ZeroDivisionError" in figure.locator(".kf-failed").inner_text()
    assert figure.bounding_box()["height"] == pytest.approx(height, abs=1)


def test_one_slider_of_two_figures_moves_both(window, address):
    window.goto(f"{address}/cases.html")
    fields = [wake(window, name).locator(".kf-number") for name in ("sine", "cosine")]
    wake(window, "sine").locator("input[type=range]").press("End")
    assert [field.input_value() for field in fields] == ["2.0", "2.0"]
    before = wake(window, "sine").locator(".kf-still").inner_html()
    wake(window, "cosine").locator("input[type=range]").press("Home")
    assert [field.input_value() for field in fields] == ["0.0", "0.0"]
    assert wake(window, "sine").locator(".kf-still").inner_html() != before
    assert wake(window, "spot").locator(".kf-number").input_value() == "5.0e-12"
    wake(window, "cosine").locator(".kf-play").click()
    window.wait_for_function("(node) => Number(node.value) >= 1", arg=fields[0].element_handle())


def test_controls_stand_as_their_author_arranged_them(window, address):
    window.goto(f"{address}/cases.html")
    figure = wake(window, "boxes")
    row = figure.locator(".kf-row > .kf-control")
    assert row.evaluate_all("(all) => all.map((one) => one.dataset.control)") == ["b", "a"]


def test_small_steps_are_told_to_the_last_digit(window, address):
    window.goto(f"{address}/cases.html")
    figure = wake(window, "spot")
    figure.locator("input[type=range]").press("End")
    assert figure.locator("input[type=number]").input_value() == "9.0e-12"
    assert "9.0e-12 m" in figure.locator("svg").text_content()


@pytest.mark.parametrize("width", [320, 1280])
def test_what_stands_outside_of_the_canvas_is_inside_the_picture(chromium, address, width):
    page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(f"{address}/cases.html")
    figure = wake(page, "beside")
    box = figure.locator("svg").bounding_box()
    legend = figure.locator("svg text", has_text="a long name").bounding_box()
    assert legend["x"] + legend["width"] <= box["x"] + box["width"] + 8
    page.context.close()


def test_views_of_one_figure_share_its_state_and_others_do_not(window, address):
    window.goto(f"{address}/explorable.html")
    dials = window.locator('[data-live-figure="dial"]')
    assert dials.count() == 2
    for number in range(2):
        dials.nth(number).scroll_into_view_if_needed()
    other = wake(window, "second-dial")
    window.locator('[data-live-figure="dial"][data-ready]').nth(1).wait_for()
    dials.nth(0).get_by_label("angle", exact=True).fill("10")
    assert [dials.nth(n).locator("output").inner_text() for n in range(2)] == ["10 degrees, 0.5 and 1, of 2000"] * 2
    assert other.locator("output").inner_text().startswith("30 degrees")
    other.get_by_label("unit again").select_option("turns")
    assert other.locator("output").inner_text().startswith("0.083 turns")
    assert "turns" not in dials.nth(0).locator("output").inner_text()


def test_a_handle_is_a_slider(window, address):
    window.goto(f"{address}/explorable.html")
    figure = wake(window, "dial")
    knob = figure.get_by_role("slider", name="angle of the hand")
    said = []
    for key in ("Home", "ArrowUp", "ArrowRight", "PageUp", "ArrowDown", "ArrowLeft", "PageDown", "End"):
        knob.press(key)
        said.append(float(knob.get_attribute("aria-valuenow")))
    assert said == [0, 1, 2, 32, 31, 30, 0, 360]
    assert (knob.get_attribute("aria-valuemin"), knob.get_attribute("aria-valuemax")) == ("0", "360")
    assert knob.get_attribute("aria-valuetext") == "360"


def test_a_finger_drags_a_handle(chromium, address):
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(f"{address}/explorable.html")
    knob = wake(page, "dial").locator(".kf-handle")
    box = knob.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = context.new_cdp_session(page)
    scrolled = page.evaluate("scrollY")
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 6):
        points = [{"x": x - 15 * step, "y": y + 15 * step}]
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert float(knob.get_attribute("aria-valuenow")) > 100
    assert page.evaluate("scrollY") == scrolled, "a drag must not scroll the page"
    context.close()


def test_screen_readers_hear_of_many_changes_once(window, address):
    window.goto(f"{address}/explorable.html")
    figure = wake(window, "dial")
    figure.locator(".kf-said").evaluate(
        """(node) => {
          window.said = [];
          new MutationObserver(() => said.push(node.textContent)).observe(node, { childList: true });
        }"""
    )
    figure.get_by_label("angle", exact=True).focus()
    for _ in range(30):
        window.keyboard.press("ArrowRight")
    window.wait_for_function("said.length > 0")
    assert window.evaluate("said") == ["120 degrees, 0.5 and 1, of 2000"]


HOSTILE = [
    "dial?angle=NaN", "dial?angle=1e999", "dial?angle=-1", "dial?angle=361", "dial?angle=[1]", "dial?angle=null",
    "dial?hands=[0.5]", "dial?hands=[0.5,2]", "dial?hands=[0.5,[1]]", "dial?hands=%5B0.5", "dial?unit=nonsense",
    "dial?unit=__proto__", "dial?marks=1", "dial?__proto__=1&constructor=1", "dial?table=[]", "dial?_about={}",
    "dial?angle=%", "dial?%ff=%ff", "dial?angle=<img src=x onerror=window.hit=1>", "dial", "dial?", "__proto__?a=1",
    '"]<script>window.hit=1</script>?x=1', "nowhere?angle=3",
]  # fmt: skip


def test_hostile_and_broken_links_are_ignored(window, address):
    window.goto(f"{address}/explorable.html")
    figure = wake(window, "dial")
    before = figure.locator("output").inner_text()
    for fragment in HOSTILE:
        window.evaluate("(fragment) => { location.hash = fragment; }", fragment)
        window.evaluate("() => new Promise((done) => setTimeout(done))")
        assert figure.locator("output").inner_text() == before, fragment
        window.goto("about:blank")
        window.goto(f"{address}/explorable.html#{fragment}")
        wake(window, "dial")
        assert figure.locator("output").inner_text() == before, fragment
    assert window.evaluate("window.hit ?? Object.prototype.a ?? null") is None
    window.evaluate('location.hash = "dial?angle=45&hands=[0.25,0.75]&unit=turns&marks=false&gone=1"')
    figure.get_by_text("0.125 turns, no marks, 0.25 and 0.75").wait_for()


def test_a_figure_that_fails_says_so_and_leaves_the_others_alive(chromium, address):
    page = chromium.new_page()
    page.goto(f"{address}/broken.html")
    born = page.locator('[data-live-figure="stillborn"]')
    born.scroll_into_view_if_needed()
    born.get_by_text("so you see its still picture (no such luck)").wait_for()
    assert born.locator(".kf-still svg").is_visible()
    assert born.get_attribute("data-ready") is None
    fragile = wake(page, "fragile")
    fragile.get_by_label("angle", exact=True).press("ArrowRight")
    fragile.get_by_text("(touched)").wait_for()
    assert fragile.locator(".kf-still svg").is_visible() and not fragile.locator("input").count()
    dial = wake(page, "dial")
    dial.get_by_label("angle", exact=True).fill("7")
    assert dial.locator("output").inner_text().startswith("7 degrees")
    page.context.close()


def test_a_front_end_that_takes_its_time_is_waited_for(chromium, address):
    page = chromium.new_page()
    page.goto(f"{address}/broken.html")
    late = page.locator('[data-live-figure="late"]')
    late.evaluate("""(figure) => new MutationObserver(() => {
      figure.seen ??= [];
      figure.seen.push(figure.hasAttribute("data-ready") && figure.querySelector("output")?.textContent);
    }).observe(figure, { subtree: true, childList: true, attributes: true })""")
    late.scroll_into_view_if_needed()
    page.wait_for_selector('[data-live-figure="late"][data-ready]')
    assert late.locator("output").inner_text() == "late: 90"
    assert "" not in late.evaluate("(figure) => figure.seen"), "it was ready before it was rendered"
    failed = page.locator('[data-live-figure="too-late"]')
    failed.scroll_into_view_if_needed()
    failed.get_by_text("so you see its still picture (too late)").wait_for()
    assert failed.get_attribute("data-ready") is None and failed.locator(".kf-still svg").is_visible()
    page.context.close()


def test_a_script_that_does_not_arrive_leaves_the_still(chromium, address):
    page = chromium.new_page()
    page.route(re.compile(r"/dial\.[0-9a-f]+\.js"), lambda route: route.abort())
    page.goto(f"{address}/explorable.html")
    figure = page.locator('[data-live-figure="dial"]').first
    figure.scroll_into_view_if_needed()
    figure.get_by_text("did not arrive").wait_for()
    assert figure.locator(".kf-still svg").is_visible()
    page.context.close()


def test_figures_below_the_fold_cost_nothing_until_they_come_near(chromium, address):
    page = chromium.new_page(viewport={"width": 1280, "height": 500})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(f"{address}/frames.html")
    wake(page, "bars")
    assert not [name for name in asked if name.startswith("nothing-alike.")]
    wake(page, "nothing-alike")
    assert [name for name in asked if name.startswith("nothing-alike.")]
    kernelfree = [name for name in asked if re.match(r"(kit|controls|frames|loader)\.[0-9a-f]+\.js", name)]
    assert len(kernelfree) == len(set(kernelfree)) == 4, "one copy each"
    page.context.close()


@pytest.mark.parametrize("name", ["frames", "explorable"])
def test_pages_live_under_a_strict_policy(chromium, odd, name):
    server = serve(odd, policy="script-src 'self'")
    page = chromium.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "kernelfree" in message.text else None)
    page.goto(f"{server.address}/{name}.html")
    for figure in page.locator("[data-live-figure]").all():
        figure.scroll_into_view_if_needed()
        figure.and_(page.locator("[data-ready]")).wait_for()
        control = figure.locator("input[type=range], select").first
        seen = set()
        for key in ("Home", "End"):
            control.press(key)
            seen.add(figure.evaluate("(root) => root.innerHTML + root.querySelector('input')?.value"))
        assert len(seen) == 2
    assert refused == []
    page.context.close()
    server.shutdown()


@pytest.mark.parametrize("name", ["frames", "explorable"])
def test_pages_live_from_disk(window, odd, name):
    window.goto((odd / f"{name}.html").as_uri())
    for figure in window.locator("[data-live-figure]").all():
        figure.scroll_into_view_if_needed()
        figure.and_(window.locator("[data-ready]")).wait_for()
