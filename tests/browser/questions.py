"""The questions that a walk asks of a page: what it weighs, whether it fits, moves, prints, and can be read by all."""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from engines import Chromium
from hands import answers_of, move_all
from PIL import Image
from walk import Visit

from checkers import faults_by_axe, faults_of_access

KB = 1000
HERE = Path(__file__).parent
LIVE = "[data-live-figure]"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def named(figure) -> str:
    return figure.get_attribute("data-live-figure")


# --- the first visit -------------------------------------------------------------------------------------------------


def first_visit_is_light(visit: Visit) -> Iterator[str]:
    visit.page.evaluate("document.fonts.ready.then(() => true)")
    visit.page.wait_for_load_state("networkidle")  # half a second in which nothing more is asked for
    traffic = visit.traffic
    if (weight := traffic.weight()) > 110 * KB:
        yield f"{weight} bytes: {traffic.asked}"
    if (weight := traffic.weight(kind=".js")) > 36 * KB:
        yield f"{weight} bytes of JavaScript: {traffic.asked}"
    if len(traffic.asked) > 15:
        yield f"{len(traffic.asked)} requests: {traffic.asked}"


def figures_are_light_when_they_come_near(visit: Visit) -> Iterator[str]:
    """Goes straight to each figure, as a link would: it wakes in sight."""
    for figure in visit.page.locator(LIVE).all():
        start = len(visit.traffic.asked)
        figure.evaluate("(node) => node.scrollIntoView()")
        figure.and_(visit.page.locator("[data-ready]")).wait_for()
        visit.page.evaluate(TWO_FRAMES)
        if (weight := visit.traffic.weight(start=start)) > 30 * KB:
            yield f"{named(figure)} asks for {weight} bytes: {visit.traffic.asked[start:]}"


def nothing_moves_when_figures_wake(visit: Visit) -> Iterator[str]:
    yield from map(str, visit.page.evaluate("() => shifts"))


# --- what fits -------------------------------------------------------------------------------------------------------

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


def does_not_scroll_sideways(visit: Visit) -> Iterator[str]:
    width = visit.page.viewport_size["width"]
    seen = visit.page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
    if seen != [width, width]:
        yield f"the window is {seen[0]} px wide and the page {seen[1]}"


def axis_labels_keep_clear_of_other_texts(visit: Visit) -> Iterator[str]:
    yield from visit.page.evaluate(RUN_INTO)


# From the middle of each target outwards as far as a finger still hits it; labels count for the boxes in them.
REACH = """() => {
  const hit = "button, input, select, textarea, a.kf-target, [role=slider], [role=radio]";
  const small = [];
  for (const target of document.querySelectorAll(`.kernelfree :is(${hit})`)) {
    if (!target.checkVisibility({ visibilityProperty: true }) || target.matches(":disabled")) continue;
    target.scrollIntoView({ block: "center", inline: "center" });
    const label = target.closest("label");
    const own = (node) => node && (target.contains(node) || (label && label.contains(node)));
    const box = (target.querySelector(".ow-pill") ?? target).getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const far = (dx, dy, most) => {
      let k = 0;
      for (const step of [1, 0.25])
        while (k < most && own(document.elementFromPoint(x + dx * (k + step), y + dy * (k + step)))) k += step;
      return k;
    };
    const both = (dx, dy) => {
      const there = far(dx, dy, 24);
      return there + far(-dx, -dy, 24 - there); // more than is asked needs no measuring
    };
    const [width, height] = [both(1, 0), both(0, 1)];
    const name = target.getAttribute("aria-label") ?? target.textContent ?? "";
    if (width < 24 || height < 24) small.push(`${target.tagName} ${name.slice(0, 60)}: ${width} x ${height}`);
  }
  return small;
}"""


def wakes_its_exercises(visit: Visit) -> Iterator[str]:
    for exercise in visit.page.locator("[data-exercise]").all():
        exercise.scroll_into_view_if_needed()
        exercise.and_(visit.page.locator("[data-ready]")).wait_for()
    yield from ()


def targets_are_24_pixels_for_a_finger(visit: Visit) -> Iterator[str]:
    yield from visit.page.evaluate(REACH)


# --- what moves ------------------------------------------------------------------------------------------------------


def every_slider_and_handle_moves_picture_and_numbers(visit: Visit) -> Iterator[str]:
    moved: dict[str, int] = {}
    yield from move_all(Chromium(visit.page), visit.name, moved)
    yield from (f"{where} has no slider or handle" for where, count in moved.items() if not count)


def every_figure_moves(visit: Visit) -> Iterator[str]:
    """Moves the first slider or handle of each figure, where others are seen to move elsewhere."""
    yield from move_all(Chromium(visit.page), visit.name, {}, most=1)


def typed_numbers_come_back_into_range(visit: Visit) -> Iterator[str]:
    keyboard = visit.page.keyboard
    for figure in visit.page.locator(LIVE).all():
        for number in figure.locator("input[type=number]:visible").all()[:3]:
            low, high = (float(number.get_attribute(end)) for end in ("min", "max"))
            for typed in ("1e308", "-1e308", "abc", "--", "1e999", "-0", ""):
                number.focus()
                keyboard.press("Control+a")
                keyboard.press("Delete")
                keyboard.type(typed)
                keyboard.press("Tab")
                left = number.input_value()
                if not low <= float(left) <= high or left.startswith("-0.0000"):
                    yield f"{named(figure)}: {typed!r} became {left!r}"


# Moves every slider through its range; the text below the figure stays where it is, every text has room.
THROUGH = """
async (root) => {
  root.querySelector(".kf-reset").click();
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
  root.querySelector(".kf-reset").click();
  return "";
}
"""


def no_move_makes_a_figure_higher(visit: Visit) -> Iterator[str]:
    for figure in visit.page.locator(LIVE).all():
        figure.scroll_into_view_if_needed()
        if fault := figure.evaluate(THROUGH):
            yield f"{named(figure)}: {fault}"


SEED = 20260301
PLAY = (HERE / "play.js").read_text(encoding="utf-8")
JUNK = ["1e999", "NaN", "null", "[]", "{}", '{"__proto__":1}', "<img src=x onerror=alert(1)>", "%", "%ff", "true", "'"]
JUNK += ["[1,2", '"x"', "-0", "1e308", "[[[[]]]]", "0.5", "3", "undefined", "javascript:alert(1)"]


def fragments(about: dict[str, dict], chance: random.Random) -> list[str]:
    """Fragments of a page's address, of every kind: good ones, broken ones, hostile ones."""
    found = ["", "#", "#?", "#%", "#nobody?x=1", "#__proto__?a=1", "#constructor?prototype=1", "#" + "a" * 5000]
    for name, facts in about.items():
        found += [name, f"{name}?", f"{name}?__proto__=1&constructor=2&toString=3"]
        for trait, limits in facts["limits"].items():
            if {"min", "max"} <= set(limits):
                found.append(f"{name}?{trait}={chance.uniform(limits['min'], limits['max'])}")
            found += [f"{name}?{trait}={value}" for value in (*JUNK, *map(quote, JUNK))]
    return found


def random_actions(count: int) -> Callable[[Visit], Iterator[str]]:
    """Ask for `count` actions, made inside the page; afterwards its figures are reset."""

    def random_actions_leave_no_nonsense(visit: Visit) -> Iterator[str]:
        about = visit.page.evaluate(
            f"Object.fromEntries([...document.querySelectorAll('{LIVE}')]"
            ".map((root) => [root.dataset.liveFigure, root.model.get('_about')]))"
        )
        if not about:
            return
        start = visit.page.url
        hashes = fragments(about, random.Random(SEED))
        for seed in range(SEED, SEED + 10):
            play = {"seed": seed, "count": -(-count // 10), "hashes": hashes}
            yield from (f"seed {seed}: {fault}" for fault in visit.page.evaluate(PLAY, play))
        visit.page.evaluate("(start) => history.replaceState(null, '', start)", start)

    return random_actions_leave_no_nonsense


def links_bring_states_back(visit: Visit) -> Iterator[str]:
    page = visit.page
    links = []
    for figure in page.locator(LIVE).all():
        figure.scroll_into_view_if_needed()
        figure.and_(page.locator("[data-ready]")).wait_for()
        sliders = figure.locator("input[type=range], [role=slider]")
        if sliders.count():
            sliders.first.focus()
            page.keyboard.press("PageUp")
            page.keyboard.press("ArrowLeft")
        else:  # a figure of choices
            figure.locator("[role=radio]:visible, input[type=radio]:visible").nth(1).click()
        figure.locator(".kf-share").click()
        links.append((page.url, figure.evaluate("(root) => JSON.stringify(root.model.state)")))
    for index, (address, state) in enumerate(links):
        page.goto("about:blank")
        page.goto(address)
        figure = page.locator(LIVE).nth(index)
        figure.and_(page.locator("[data-ready]")).wait_for()
        found = figure.evaluate("(root) => JSON.stringify(root.model.state)")
        if found != state:
            yield f"{address}: {found}, not {state}"


# --- on paper, without a script, as a picture ------------------------------------------------------------------------


def stills_and_captions_stand(visit: Visit) -> Iterator[str]:
    for figure in visit.page.locator(LIVE).all():
        name, still = named(figure), figure.locator(".kf-still svg").first
        if not still.is_visible():
            yield f"{name} has no still"
            continue
        if not (still.get_attribute("aria-label") or "").strip():
            yield f"{name}: its still has no name"
        box = still.bounding_box()
        if box["width"] <= 100 or box["height"] <= 50:
            yield f"{name}: a still of {box}"
        if figure.locator("input:visible, button:visible, [role=slider]:visible, .kf-view:visible").count():
            yield f"{name} offers what nobody can use"
        caption = figure.locator("xpath=ancestor::figure//figcaption")
        if caption.count() and not caption.first.is_visible():
            yield f"{name}: its caption is hidden"


def printed_stills_and_captions_stand(visit: Visit) -> Iterator[str]:
    visit.page.emulate_media(media="print")
    yield from stills_and_captions_stand(visit)
    visit.page.emulate_media(media="screen")


def text_stands_and_no_script_is_offered(visit: Visit) -> Iterator[str]:
    if not visit.page.locator("article h1").is_visible():
        yield "no heading"
    if visit.page.locator(".theme-switch-button").is_visible():
        yield "the switch of themes is offered"


DRAWINGS = """() => [...document.querySelectorAll("svg.kf-picture")]
  .filter((drawing) => drawing.checkVisibility({ visibilityProperty: true }))
  .map((drawing) => drawing.getBoundingClientRect())
  .map(({ left, top, right, bottom }) => [left, top + scrollY, right, bottom + scrollY].map(Math.round))"""


#: A quarter of the size shows as well whether a drawing is there, and takes a quarter of the time.
SCALE = 0.25


def a_picture_of_the_whole_page_shows_every_drawing(visit: Visit) -> Iterator[str]:
    """As archives and previews take it: of a page just opened."""
    page = visit.page
    page.goto("about:blank")
    page.goto(f"{visit.server}/{visit.name}")
    page.evaluate("Promise.allSettled(document.getAnimations().map((animation) => animation.finished))")
    boxes = page.evaluate(DRAWINGS)
    devtools = page.context.new_cdp_session(page)
    height = page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height, "scale": SCALE}
    for _ in range(2):  # on a busy machine Chromium may take the first before it has decoded a bitmap
        if not boxes:
            break
        taken = devtools.send("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
        picture = Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")
        colours = [picture.crop([side * SCALE for side in box]).getcolors(1 << 24) for box in boxes]
        boxes = [box for box, found in zip(boxes, colours, strict=True) if len(found) < 4]
    yield from (f"blank at {box}" for box in boxes)


# --- for every reader ------------------------------------------------------------------------------------------------


def headings_go_down_one_level_at_a_time(visit: Visit) -> Iterator[str]:
    levels = visit.page.evaluate(
        """[...document.querySelectorAll("h1,h2,h3,h4,h5,h6")]
          .filter((heading) => heading.checkVisibility()).map((heading) => +heading.tagName[1])"""
    )
    jumps = any(after > before + 1 for before, after in zip(levels, levels[1:], strict=False))
    if levels and (levels[0] != 1 or levels.count(1) != 1 or jumps):
        yield f"levels {levels}"


def solutions_open_and_shut(visit: Visit) -> Iterator[str]:
    for solution in visit.page.locator("div.solution.dropdown").all():
        text = solution.locator(":scope > section, :scope > div, :scope > p:not(.admonition-title)").first
        button = solution.locator("button.toggle-button")
        title = solution.locator(":scope > .admonition-title").inner_text()
        if text.is_visible():
            yield f"{title} stands open"
        button.focus()
        visit.page.keyboard.press("Enter")
        text.wait_for()
        button.click()
        text.wait_for(state="hidden")


def unfolds(visit: Visit) -> Iterator[str]:
    """Opens what is folded, for the judges."""
    visit.page.evaluate(
        """() => {
          for (const details of document.querySelectorAll("details")) details.open = true;
          for (const button of document.querySelectorAll(".toggle-button-hidden")) button.click();
          scrollTo(0, 0);
        }"""
    )
    if visit.page.locator(".toggle-button-hidden").count():
        yield "something stays folded"


def _in_each_theme(page, judge, within: str | None = None) -> Iterator[str]:
    """What a judge finds in the light, and in the dark, where axe need only look at colours again."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
        # What fades has its colours only then.
        page.evaluate("Promise.allSettled(document.getAnimations().map((animation) => animation.finished))")
        found = judge(page, within) if theme == "light" else faults_by_axe(page, within, ["cat.color"])
        yield from (f"{theme}: {fault}" for fault in found)


def exercises_answer_as_their_keys_say(visit: Visit) -> Iterator[str]:
    yield from answers_of(Chromium(visit.page), visit.exercises)


def no_judge_of_access_finds_a_fault(visit: Visit) -> Iterator[str]:
    yield from _in_each_theme(visit.page, faults_of_access)


#: Brings a page's exercises, `{name: text to answer with}`, into a state; without a text, by asking for the answer.
INTO = """async (answers) => {
  for (const [name, text] of Object.entries(answers)) {
    if (text !== null) await answer(name, text);
    else {
      exercise(name).querySelector(".askback-show").click();
      await new Promise((done) => setTimeout(done));
    }
  }
  return Object.keys(answers).map((name) => exercise(name).dataset.state);
}"""
# Takes away what is not of the exercises: it was judged, and axe would go through every part of it again each time.
ALONE = """() => {
  const kept = "[data-exercise], [data-exercise] *, :has([data-exercise]), head, head *";
  for (const node of document.querySelectorAll(`:not(${kept})`)) if (node.isConnected) node.remove();
}"""
LIBRARY = (HERE / "exercises.js").read_text("utf-8")


def no_judge_finds_a_fault_in_any_state_of_an_exercise(visit: Visit) -> Iterator[str]:
    """Leaves nothing but the exercises on the page."""
    here, page = visit.exercises, visit.page
    if not here:
        return
    page.evaluate(ALONE)
    wrong = {one.name: one.mistakes()[0][0] for one in here if one.mistakes()}
    right = {one.name: one.right()[0] for one in here if one.kind != "judge"}
    helped = {one.name: None for one in here}
    for state, answers in ("wrong", wrong), ("right", right), ("shown", helped):
        found = page.evaluate(f"async (all) => {{ {LIBRARY} return ({INTO})(all); }}", answers)
        yield from (f"{name} is {one}, not {state}" for name, one in zip(answers, found, strict=True) if one != state)
        faults = _in_each_theme(page, faults_by_axe, "[data-exercise]") if answers else ()
        yield from (f"{state}: {fault}" for fault in faults)
