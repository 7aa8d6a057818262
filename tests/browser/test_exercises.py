"""Each kind of exercise under a reader's hands, in a small book of its own."""

from __future__ import annotations

import datetime
import gzip
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from engines import Chromium, serve
from hands import answer_by_keys
from pypdf import PdfReader

from askback import ask, number
from checkers import faults_of_access, faults_of_html
from exercises import exercises
from project import ROOT, python_path
from sheets import print_sheets

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


def wake(page, name: str, read: bool = True):
    exercise = page.locator(f'[data-exercise="{name}"]')
    exercise.scroll_into_view_if_needed()
    exercise.and_(page.locator("[data-ready]")).wait_for()
    if read:  # what reads a typed answer comes with the first of them
        exercise.locator("form").dispatch_event("input")
        page.wait_for_function(
            "(root) => !root.dataset.reader || window.askback.numbers", arg=exercise.element_handle()
        )
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
    hints = exercise.locator(".askback-hints p")
    field.focus()
    window.keyboard.type("2.32")
    window.keyboard.press("Enter")
    assert heard(exercise) == ("wrong", "That is in bits: base 2. The loss is in nats, base e.")
    for text, count in ("7", 1), ("seven", 2), ("about", 2):
        field.fill(text)
        window.keyboard.press("Enter")
        assert hints.count() == count
    # A sign belongs to its reply, and hints stay beside what is said next.
    assert heard(exercise)[0] == "open" and "can’t be read" in heard(exercise)[1]
    assert [hint.split("?")[0] for hint in hints.all_inner_texts()] == [
        "Hint: What is p when all five are equally likely",
        "Hint: p is 1/5; take minus its logarithm.",
    ]
    show = exercise.get_by_role("button", name="Show the answer")
    assert show.is_visible()
    show.press("Enter")
    assert heard(exercise) == ("shown", "The answer: 1.6094 nats.")
    assert window.get_by_text("The solution of ex-number.").is_visible()
    field.fill("ln 5")
    window.keyboard.press("Enter")
    assert heard(exercise) == ("right", "Right: 1.6094 nats.")
    window.locator("#ex-number .admonition-title").get_by_text("answer seen").wait_for()  # copied, not solved


def test_the_third_wrong_answer_offers_the_answer_and_the_last_hint_too(window):
    exercise = wake(window, "ex-number")
    field, show = exercise.get_by_label("Your answer"), exercise.get_by_role("button", name="Show the answer")
    for text in ("2.32", "-1.61", "2.32", "-1.61", "2.33"):
        assert not show.is_visible()
        field.fill(text)
        field.press("Enter")
    assert show.is_visible() and heard(exercise)[1].endswith("You may try on, or see the answer.")
    choice = wake(window, "ex-choice")
    hint = choice.get_by_role("button", name="Hint")
    hint.press("Enter")
    assert "Read the question once more" in choice.locator(".askback-hints").inner_text() and not hint.is_visible()
    assert choice.get_by_role("button", name="Show the answer").evaluate("(node) => node === document.activeElement")


def test_again_with_other_numbers_by_keyboard(window):
    exercise = wake(window, "ex-rain")
    field, again = exercise.get_by_label("Your answer"), exercise.get_by_role("button", name="Again with other numbers")
    assert not again.is_visible()
    chance, asked = "1/8", {"1/8"}
    for _ in range(5):
        field.fill(str(int(math.log2(int(chance[2:])))))
        field.press("Enter")
        assert heard(exercise)[0] == "right" and heard(exercise)[1].endswith("Each halving costs one bit.")
        again.press("Enter")
        assert field.input_value() == "" and field.evaluate("(node) => node === document.activeElement")
        if other := exercise.locator(".askback-other").inner_text():
            (chance,) = re.findall(r"1/\d+", other)
            asked.add(chance)
    assert asked == {"1/4", "1/8", "1/16", "1/32", "1/64"}
    assert heard(exercise) == ("open", "Now with the numbers of the text again.")


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


def test_steps_and_menus_by_keyboard_each_by_itself(window):
    exercise = wake(window, "ex-steps")
    exercise.get_by_label("a, in bits").focus()
    window.keyboard.type("3")
    window.keyboard.press("Enter")
    assert heard(exercise) == ("open", "a) Right: 3 bits.")
    window.keyboard.press("Tab")
    window.keyboard.type("3")
    window.keyboard.press("Tab")
    window.keyboard.type("f")
    exercise.get_by_role("button", name="Check").press("Enter")
    assert heard(exercise) == ("wrong", "a) Right: 3 bits.\nb) That is in bits.\nc) What is rarer costs more.")
    exercise.get_by_label("b, in nats").fill("ln 8")
    exercise.get_by_label("c", exact=True).select_option("rises")
    exercise.get_by_role("button", name="Check").click()
    assert heard(exercise) == ("right", "a) Right: 3 bits.\nb) Right: 2.0794 nats.\nc) Right.")
    window.reload()
    exercise = wake(window, "ex-steps")
    assert heard(exercise) == ("right", "You solved this one.")
    assert exercise.get_by_label("b, in nats").input_value() == "ln 8"
    assert exercise.get_by_label("c", exact=True).input_value() == "a"


def test_an_answer_is_taken_from_a_live_figure(window):
    exercise = wake(window, "ex-found")
    window.evaluate(
        "document.querySelector('[data-live-figure=dial]').model = { get: (name) => name === 't' ? 1.5 : 0 }"
    )
    exercise.get_by_role("button", name="Take it from the figure").click()
    exercise.get_by_role("button", name="Check").click()
    assert heard(exercise) == ("right", "Right: 1.5.")


def test_an_exercise_written_in_yaml_answers_on_a_page_without_a_kernel(window, address):
    window.goto(f"{address}/all.html")
    exercise = wake(window, "ex-yaml")
    exercise.get_by_label("logits").check()
    exercise.get_by_role("button", name="Check").click()
    assert heard(exercise) == ("wrong", "That is cross_entropy.")
    exercise.get_by_label("log-probabilities").check()
    exercise.get_by_role("button", name="Check").click()
    assert heard(exercise) == ("right", "It takes no logarithm itself.")
    assert window.locator(".askback-total").inner_text() == "1 of 11 solved."


def test_the_list_is_filtered_by_kind_difficulty_and_state_and_says_what_is_next(desk, address):
    solve(desk, "ex-number", "ln 5")
    solve(desk, "ex-shape", "(C, N)")
    desk.goto(f"{address}/all.html")
    kind, difficulty, state = (desk.locator(f"select[name={name}]") for name in ("kind", "difficulty", "state"))
    assert kind.locator("option").all_inner_texts()[:2] == ["all: 1 of 11", "a number: 1 of 3"]
    assert difficulty.locator("option").all_inner_texts() == [
        "all: 1 of 11",
        "easy: 1 of 1",
        "medium: 0 of 9",
        "hard: 0 of 1",
    ]
    listed = desk.locator("li:has([data-exercise-mark]):visible > p > a")
    assert desk.locator(".askback-solved").all_inner_texts() == [" 1 of 10 solved", " 0 of 1 solved"]
    assert desk.get_by_text('say what knowing nothing "costs"').is_visible()
    kind.focus()
    desk.keyboard.type("pai")
    assert listed.all_inner_texts() == ["Exercise 10: Pairs"]
    assert desk.locator(".askback-next").inner_text() == "Next: Exercise 10: Pairs"
    assert desk.locator(".askback-found").inner_text() == "Shown: 1 of 11."
    assert desk.locator("p:has(> strong):visible", has_text="All exercises").count() == 0
    kind.select_option("")
    state.select_option("missed or seen")
    assert listed.all_inner_texts() == ["Exercise 5"]
    state.select_option("not solved")
    assert listed.count() == 10
    desk.set_viewport_size({"width": 320, "height": 800})
    assert desk.evaluate("document.documentElement.scrollWidth") == 320
    assert faults_of_access(desk, ".askback-overview") == []


def test_pairs_by_keyboard(window):
    exercise = wake(window, "ex-match")
    exercise.get_by_label("a", exact=True).focus()
    for text in ("the truth", "the truth", "the truth"):
        window.keyboard.type(text)
        window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    assert heard(exercise) == ("wrong", "a) Right.\nb) Right.\nc) It has no probabilities.")
    exercise.get_by_label("c", exact=True).select_option("a margin")
    exercise.get_by_role("button", name="Check").press("Enter")
    assert heard(exercise)[0] == "right"


def test_in_forced_colours_in_the_dark_on_a_phone_every_kind_answers_by_keyboard(chromium, address, book):
    options = {"color_scheme": "dark", "forced_colors": "active", "reduced_motion": "reduce"}
    page = chromium.new_context(viewport={"width": 390, "height": 844}, **options).new_page()
    page.goto(f"{address}/kinds.html")
    assert [fault for one in exercises(book)[1:] for fault in answer_by_keys(Chromium(page), one)] == []
    assert faults_of_access(page, "[data-exercise]") == []
    sign = "(all) => all.map((reply) => getComputedStyle(reply, '::before').content)"
    signs = page.locator(".askback-reply").evaluate_all(sign)
    assert signs.count('"✓ "') == 9 and signs.count("none") == 1  # what colours say, signs say too
    page.context.close()


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
    exercise.get_by_label("Your answer").fill("It costs a lot.")
    assert not exercise.get_by_role("button", name="I had it").is_visible()
    exercise.get_by_role("button", name="Compare").click()
    assert heard(exercise)[0] == "shown" and "grows without bound" in heard(exercise)[1]
    exercise.get_by_role("button", name="I had it").click()
    assert heard(exercise)[0] == "right" and heard(exercise)[1].startswith("Well done.\nCompare with this: Because")


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


@pytest.fixture
def desk(chromium, address):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{address}/kinds.html")
    yield page
    context.close()


def solve(page, name: str, text: str) -> None:
    exercise = wake(page, name)
    exercise.locator(".askback-typed").fill(text)
    exercise.get_by_role("button", name="Check").click()


KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('kernelfree exercises'))"


def test_what_was_solved_shows_after_a_reload_and_in_another_tab_until_it_is_cleared(desk, address):
    title = "#ex-number .admonition-title"
    other = desk.context.new_page()
    other.goto(f"{address}/kinds.html")
    assert desk.locator(".askback-count").count() == 0 and desk.evaluate(KEPT) == []
    solve(desk, "ex-number", "ln 5")
    desk.locator("nav .askback-count").get_by_text("1 of 10").first.wait_for()
    other.locator(title).get_by_text("✓ solved").wait_for()
    desk.reload()
    desk.locator(title).get_by_text("✓ solved").wait_for()
    exercise = wake(desk, "ex-number")
    assert heard(exercise) == ("right", "You solved this one.")
    assert exercise.locator(".askback-typed").input_value() == "ln 5"
    solve(desk, "ex-number", "7")  # toying with it takes nothing away
    assert "✓ solved" in desk.locator(title).inner_text()
    desk.goto(f"{address}/all.html")
    desk.locator('[data-exercise-mark="ex-number"]').get_by_text("✓ solved").wait_for()
    assert desk.locator(".askback-overview p").first.inner_text() == "1 of 11 solved. Next: Exercise 2"
    assert desk.get_by_role("link", name="Exercise 4: In order (of use)").get_attribute("href") == "kinds.html#ex-order"
    desk.once("dialog", lambda asked: asked.dismiss())
    desk.get_by_role("button", name="Clear it").click()
    assert "1 of 11" in desk.locator(".askback-overview").inner_text()
    desk.once("dialog", lambda asked: asked.accept())
    desk.get_by_role("button", name="Clear it").click()
    assert desk.locator(".askback-count").count() == 0 and not desk.locator(".askback-kept").is_visible()
    assert desk.evaluate(KEPT) == []
    other.locator(title).get_by_text("✓ solved").wait_for(state="detached")


def test_answers_are_saved_to_a_file_and_loaded_elsewhere_and_the_better_is_kept(desk, address, chromium, tmp_path):
    solve(desk, "ex-number", "ln 5")
    solve(desk, "ex-shape", "(C, N)")
    desk.goto(f"{address}/all.html")
    with desk.expect_download() as saved:
        desk.get_by_role("button", name="Save it to a file").click()
    saved.value.save_as(tmp_path / "saved.json")
    elsewhere = chromium.new_context().new_page()
    elsewhere.goto(f"{address}/kinds.html")
    solve(elsewhere, "ex-number", "7")
    solve(elsewhere, "ex-shape", "(N, C)")
    elsewhere.goto(f"{address}/all.html")
    elsewhere.get_by_label("Load your progress from a file").set_input_files(tmp_path / "saved.json")
    elsewhere.get_by_text("Loaded.").wait_for()
    assert "2 of 11 solved. Next" in elsewhere.locator(".askback-overview").inner_text()
    (tmp_path / "other.json").write_text('{"kinds.html": {"total": 9, "done": {"ex-order": {"state": "<b>"}}}}')
    elsewhere.get_by_label("Load your progress from a file").set_input_files(tmp_path / "other.json")
    elsewhere.get_by_text("That is no file of answers.").wait_for()
    assert "2 of 11 solved. Next" in elsewhere.locator(".askback-overview").inner_text()
    elsewhere.context.close()


def test_the_review_asks_again_what_was_missed_and_what_was_solved_days_ago(desk, address):
    today = datetime.datetime.now()
    later = lambda days: desk.clock.set_fixed_time(today + datetime.timedelta(days=days))  # noqa: E731
    review = desk.locator(".askback-review li")
    solve(desk, "ex-rain", "3")
    solve(desk, "ex-shape", "(C, N)")
    desk.goto(f"{address}/all.html")
    assert review.all_inner_texts() == ["Exercise 5"]
    later(1)
    desk.reload()
    assert review.all_inner_texts() == ["Exercise 5", "Exercise 7: Rain (once more)"]
    review.last.get_by_role("link").click()
    exercise = wake(desk, "ex-rain")
    (chance,) = re.findall(r"1/\d+", exercise.locator(".askback-other").inner_text())
    assert chance != "1/8" and heard(exercise)[0] == "open"
    assert "✓ solved" in desk.locator("#ex-rain .admonition-title").inner_text()
    solve(desk, "ex-rain", str(int(math.log2(int(chance[2:])))))
    desk.goto(f"{address}/all.html")
    assert review.all_inner_texts() == ["Exercise 5"]
    for days, due in (3, 1), (4, 2):  # three days after the second time
        later(days)
        desk.reload()
        assert review.count() == due


def test_a_sheet_has_room_to_write_and_the_answers_on_a_page_of_their_own(desk, address, tmp_path):
    (everything, chapter, _) = print_sheets(desk, f"{address}/all.html", tmp_path)
    assert (everything.name, chapter.name) == ("all-pages.pdf", "exercises-of-every-kind.pdf")
    texts = [page.extract_text() for page in PdfReader(chapter).pages]
    (first,) = [place for place, text in enumerate(texts) if "Answers" in text]
    asked, answers = "".join(texts[:first]), "".join(texts[first:])
    assert "Five classes are equally likely" in asked and "1.6094" not in asked and "The solution of" not in asked
    assert "1.6094 nats" in answers and "That is in bits" in answers and "Five classes" not in answers
    # Each named mistake stands after the answer that shows it.
    assert "−1.609: The sign" in answers and "(5, 3): Rows are examples" in answers and "in b, 3: That is in" in answers
    assert re.search(r"(?:[a-d], ){3}[a-d]: The logarithm of all", answers) and "Name:" in asked
    assert desk.locator(".exercise .askback-paper").count() == 1 and desk.locator("article form").count() == 0
    desk.get_by_role("button", name="Back to the list").click()
    desk.get_by_role("button", name="Make the sheet").wait_for()


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
    assert page.locator(".askback-paper:visible").count() == 10
    assert page.locator(".askback-box:visible").count() == 3 + 3 + 4
    assert (
        page.locator(".askback-blank:visible").count() == 3 + 3 + 1 + 3
        and page.locator(".askback-rules:visible").count() == 3
    )
    context.close()


def test_the_front_end_is_light_and_what_reads_typed_answers_comes_only_to_them(chromium, address, book):
    page = chromium.new_context(viewport={"width": 1280, "height": 300}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
    page.goto(f"{address}/kinds.html")
    for name in ("ex-number", "ex-choice", "ex-judge"):
        wake(page, name, read=False)

    def own() -> dict[str, int]:
        names = [name.split("?")[0] for name in asked if name.startswith(("ask.", "replies.", "numbers."))]
        files = [next(book.glob(f"_static/*/{name}")) for name in names]
        assert len(names) == len(set(names))
        return {path.name.split(".")[0]: len(gzip.compress(path.read_bytes(), 9)) for path in files}

    assert own().keys() == {"ask", "replies"} and sum(own().values()) <= 4800
    exercise = page.locator("[data-exercise=ex-number]")
    page.route(re.compile(r"/numbers\."), lambda route: route.abort())
    exercise.get_by_label("Your answer").press_sequentially("ln 5")
    exercise.get_by_role("button", name="Check").click()
    exercise.get_by_text("did not arrive").wait_for()
    assert heard(exercise)[0] == "open"
    page.unroute_all()
    asked[:] = [name for name in asked if not name.startswith("numbers.")]
    exercise.get_by_role("button", name="Check").click()
    exercise.get_by_text("Right: 1.6094 nats.").wait_for()
    assert own()["numbers"] <= 6100
    page.context.close()


def test_nothing_moves_when_an_exercise_wakes(chromium, address):
    page = chromium.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.route(re.compile(r"/ask\."), lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.goto(f"{address}/kinds.html")
    places = "() => [...document.querySelectorAll('[data-exercise]')].map((e) => e.getBoundingClientRect().height)"
    before = page.evaluate(places)
    for name in (
        "ex-number",
        "ex-choice",
        "ex-several",
        "ex-order",
        "ex-shape",
        "ex-judge",
        "ex-rain",
        "ex-steps",
        "ex-match",
    ):
        wake(page, name)
    assert page.evaluate(places) == before
    page.context.close()
