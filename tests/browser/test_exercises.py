"""Each kind of exercise under a reader's hands, in a small book of its own."""

from __future__ import annotations

import gzip
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from engines import serve

from askback import ask, number
from checkers import faults_of_access, faults_of_html
from project import ROOT, python_path

# What the stock theme of Jupyter Book says on any page.
STOCK = re.compile(r"THEBE_JS|theme mode|favicon|404|ERR_NAME_NOT_RESOLVED|unpkg|cdn|Content Security Policy|toggle")
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("kinds")
    env = {**os.environ, "PYTHONPATH": python_path(), "NO_COLOR": "1"}
    source = ROOT / "tests" / "fixtures" / "exercise_book"
    command = [str(Path(sys.executable).with_name("jb")), "build", str(source), "-W", "-n", "--path-output", str(out)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=out)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return out / "_build" / "html"


@pytest.fixture(scope="module")
def address(book):
    server = serve(book, policy="script-src 'self'")
    yield server.address
    server.shutdown()


@pytest.fixture
def window(chromium, address):
    from conftest import watch

    page = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    page.set_default_timeout(15_000)
    slips = watch(page)
    page.goto(f"{address}/kinds.html")
    yield page
    page.context.close()
    assert [slip for slip in slips if not STOCK.search(slip)] == []


def wake(page, name: str):
    exercise = page.locator(f'[data-exercise="{name}"]')
    exercise.scroll_into_view_if_needed()
    exercise.and_(page.locator("[data-ready]")).wait_for()
    return exercise


def heard(exercise) -> tuple[str, str]:
    return exercise.get_attribute("data-state"), exercise.get_by_role("status").inner_text()


def test_no_checker_finds_a_fault_in_any_kind_of_exercise(window, book):
    for asked in window.locator("[data-exercise]").all():
        wake(window, asked.get_attribute("data-exercise"))
    assert faults_of_access(window, "[data-exercise]") == []
    # The rest of the page is the stock theme's and sphinx-exercise's.
    assert [fault for fault in faults_of_html([book / "kinds.html"]) if "kf-" in fault or "<label" in fault] == []


def test_a_number_by_keyboard_with_hints_and_the_solution(window):
    exercise = wake(window, "ex-number")
    assert heard(exercise) == ("open", "")
    field = exercise.get_by_label("Your answer, in nats")
    field.focus()
    window.keyboard.type("log2 5")
    window.keyboard.press("Enter")
    assert heard(exercise) == ("wrong", "That is in bits: base 2. The loss is in nats, base e.")
    for text, state, word in (
        ("7", "wrong", "equally likely?"),
        ("8", "wrong", "minus its logarithm"),
        ("9", "shown", "1.6094"),
    ):
        field.fill(text)
        window.keyboard.press("Enter")
        assert heard(exercise)[0] == state and word in heard(exercise)[1]
    assert window.get_by_text("The solution of ex-number.").is_visible()
    field.fill("ln 5")
    window.keyboard.press("Enter")
    assert heard(exercise) == ("right", "Right: 1.6094 nats.")


def test_options_and_lines_by_keyboard(window):
    exercise = wake(window, "ex-choice")
    exercise.get_by_role("button", name="Check").click()
    assert heard(exercise) == ("open", "Choose first.")
    exercise.get_by_label("logits", exact=True).focus()
    window.keyboard.press("Space")
    window.keyboard.press("Enter")
    assert heard(exercise) == ("wrong", "That is cross_entropy.")
    window.keyboard.press("ArrowUp")
    window.keyboard.press("Enter")
    assert heard(exercise)[0] == "right"
    lines = wake(window, "ex-order")
    for item in ("minus logarithm", "pick the right class", "softmax", "scores"):
        button = lines.get_by_role("button", name=f"Move up: {item}", exact=True)
        button.focus()
        for _ in range(3):
            window.keyboard.press("Enter")
            assert button.evaluate("(button) => button === document.activeElement")
    lines.get_by_role("button", name="Check").press("Enter")
    assert heard(lines) == ("right", "Right.")


def test_lines_are_dragged(window):
    lines = wake(window, "ex-order")
    items = lambda: lines.locator(".askback-item").all_inner_texts()  # noqa: E731
    first = items()[0]
    start, end = lines.locator(".askback-grip").first.bounding_box(), lines.locator(".askback-grip").last.bounding_box()
    window.mouse.move(start["x"] + 9, start["y"] + 9)
    window.mouse.down()
    for step in range(1, 9):
        window.mouse.move(start["x"] + 9, start["y"] + 9 + step / 8 * (end["y"] + 20 - start["y"]))
    window.mouse.up()
    assert items()[-1] == first


NOTEBOOK = """async ({ esm, css, state }) => {
  document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  const front = (await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })))).default;
  const listeners = [];
  window.model = {
    get: (name) => state[name],
    set(name, x) {
      state[name] = x;
      for (const [event, fn] of listeners) if (event === `change:${name}`) fn();
    },
    on: (...listener) => listeners.push(listener),
    off: () => {},
    save_changes: () => (window.saved = { ...state }),
  };
  await front.render({ model: window.model, el: document.body });
}"""


def test_in_a_notebook_the_widget_brings_form_and_style_and_tells_the_kernel(chromium):
    exercise = ask("ex-rain", number(math.log(8), unit="nats", mistakes={"That is in bits.": 3}))
    state = {name: getattr(exercise, name) for name in ("_about", "answer", "state", "reply", "given", "key", "form")}
    page = chromium.new_page()
    page.goto("about:blank")
    page.evaluate(NOTEBOOK, {"esm": str(exercise._esm), "css": str(exercise._css), "state": state})
    root = page.locator(".kernelfree.askback[data-exercise=ex-rain][data-ready]")
    root.get_by_label("Your answer, in nats").fill("3")
    root.get_by_role("button", name="Check").click()
    assert heard(root) == ("wrong", "That is in bits.")
    assert page.evaluate("[saved.state, saved.answer]") == ["wrong", "3"]
    assert root.evaluate("(root) => getComputedStyle(root).borderInlineStartColor") == "rgb(184, 74, 0)"
    page.context.close()


def test_an_open_question_is_judged_by_its_reader(window):
    exercise = wake(window, "ex-judge")
    exercise.get_by_label("Your answer").fill("It is.")
    assert not exercise.get_by_role("button", name="I had it").is_visible()
    exercise.get_by_role("button", name="Compare").click()
    assert heard(exercise)[0] == "shown" and "grows without bound" in heard(exercise)[1]
    exercise.get_by_role("button", name="I had it").click()
    assert heard(exercise) == ("right", "Well done.")


@pytest.mark.parametrize(
    "text", ["1e999", "🎉", "x" * 10_000, "<script>window.hit = 1</script>", "<img src=x onerror=hit=1>"]
)
def test_garbage_is_refused_kindly(window, text):
    for name in ("ex-number", "ex-shape"):
        exercise = wake(window, name)
        exercise.locator(".askback-typed").fill(text)
        exercise.get_by_role("button", name="Check").click()
        state, reply = heard(exercise)
        assert state == "open" and 20 < len(reply) < 200
        assert exercise.bounding_box()["width"] <= 390
    assert window.evaluate("window.hit ?? null") is None


def test_progress_stays_in_the_browser_and_can_be_cleared(chromium, address):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/kinds.html")
    exercise = wake(page, "ex-number")
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('kernelfree exercises')).length"
    assert page.locator(".askback-count").count() == 0 and page.evaluate(kept) == 0
    exercise.locator(".askback-typed").fill("ln 5")
    exercise.get_by_role("button", name="Check").click()
    page.locator("nav .askback-count").get_by_text("1 of 6").first.wait_for()
    page.goto(f"{address}/all.html")
    page.locator('[data-exercise-mark="ex-number"]').get_by_text("answered").wait_for()
    assert page.locator("nav .askback-count").first.inner_text().strip() == "1 of 6"
    assert page.get_by_role("link", name="Exercise 4: In order (of use)").get_attribute("href") == "kinds.html#ex-order"
    page.get_by_role("button", name="Clear it").click()
    assert page.locator(".askback-count").count() == 0 and not page.locator(".askback-kept").is_visible()
    assert page.evaluate(kept) == 0
    page.goto(f"{address}/kinds.html")
    assert page.locator(".askback-count").count() == 0
    context.close()


def test_without_storage_exercises_answer_all_the_same(chromium, address):
    page = chromium.new_page()
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no storage'); } })")
    page.goto(f"{address}/kinds.html")
    exercise = wake(page, "ex-shape")
    exercise.locator(".askback-typed").fill("3, 5")
    exercise.get_by_role("button", name="Check").click()
    assert heard(exercise) == ("right", "Right: (N, C), here (3, 5).")
    page.context.close()


@pytest.mark.parametrize("how", ["print", "no script"])
def test_on_paper_there_is_room_to_write(chromium, address, how):
    context = chromium.new_context(java_script_enabled=how != "no script")
    page = context.new_page()
    page.goto(f"{address}/kinds.html")
    if how == "print":
        wake(page, "ex-number")
        page.emulate_media(media="print")
    assert page.locator(".askback-form:visible").count() == 0
    assert page.locator(".askback-paper:visible").count() == 6
    assert page.locator(".askback-box:visible").count() == 3 + 3 + 4
    assert page.locator(".askback-blank:visible").count() == 2 and page.locator(".askback-rules:visible").count() == 3
    context.close()


def test_the_front_end_weighs_at_most_8_kB_and_comes_once(chromium, address, book):
    page = chromium.new_context(viewport={"width": 1280, "height": 300}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
    page.goto(f"{address}/all.html")
    assert not [name for name in asked if name.startswith(("ask.", "replies.", "expression.", "kit."))]
    page.goto(f"{address}/kinds.html")
    for name in ("ex-number", "ex-choice", "ex-judge"):
        wake(page, name)
    own = [name for name in asked if name.startswith(("ask.", "replies.", "expression."))]
    assert len(own) == len(set(own)) == 2
    files = book / "_static" / "kernelfree"
    assert sum(len(gzip.compress((files / name.split("?")[0]).read_bytes(), 9)) for name in own) <= 8000
    page.context.close()


def test_nothing_moves_when_an_exercise_wakes(chromium, address):
    page = chromium.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.route(re.compile(r"/ask\."), lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.goto(f"{address}/kinds.html")
    places = "() => [...document.querySelectorAll('[data-exercise]')].map((e) => e.getBoundingClientRect().height)"
    before = page.evaluate(places)
    for name in ("ex-number", "ex-choice", "ex-several", "ex-order", "ex-shape", "ex-judge"):
        wake(page, name)
    assert page.evaluate(places) == before
    page.context.close()
