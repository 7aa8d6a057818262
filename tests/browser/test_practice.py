"""The clinic under a reader's hands: the figures say what torch says."""

from __future__ import annotations

import itertools
import random
import re

import pytest
import torch

from lossbook.practice.captured import FUNCTIONS, LOGITS_DTYPES, LOGITS_SHAPES, TARGET_DTYPES, TARGET_SHAPES, ask_torch
from lossbook.practice.cliffs import DTYPES, leads, reading
from lossbook.practice.denominator import KINDS, batch_loss
from lossbook.practice.double_softmax import CLASSES
from lossbook.practice.runs import cases, ten_digits
from lossbook.practice.twice import floor, losses_and_slopes

torch.set_num_threads(1)
#: Live figure -> the page it is on.
FIGURES = {
    "shape-picker": "clinic-messages",
    "double-softmax": "clinic-numbers",
    "denominator": "clinic-numbers",
    "float-cliff": "clinic-numbers",
    "detective": "in-practice",
}


def put(found, **state):
    """Set traits of a figure, as a link to that state does."""
    found.evaluate(
        """(root, state) => {
          for (const [name, x] of Object.entries(state)) root.model.set(name, x);
          root.model.save_changes();
        }""",
        state,
    )


def number(text):
    text = text.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789"))
    return float(re.sub(r" × 10(-?\d+)", r"e\1", text))


def cells(found):
    return found.locator(".pr-table tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim()))"
    )


def test_softmax_twice_shows_torchs_numbers(figure):
    found = figure("double-softmax")
    for classes, lead in itertools.product(CLASSES, (-10.0, -8.0, -1.3, 0.0, 2.5, 10.0)):
        put(found, classes=classes, lead=lead)
        wanted = losses_and_slopes(torch.tensor([lead], dtype=torch.float64), classes)
        for (name, loss, pull), kind in zip(cells(found), ("once", "twice"), strict=True):
            assert kind in name
            assert number(loss) == pytest.approx(wanted[kind][0].item(), abs=5.1e-4)
            assert number(pull) == pytest.approx(-wanted[kind][1].item(), rel=0.06, abs=5.1e-5)
        assert f"{floor(classes):.3f} nats" in found.locator(".pr-words").inner_text()


def test_the_lead_is_moved_by_keys_and_by_dragging(figure):
    found = figure("double-softmax")
    grip = found.get_by_role("slider", name="Lead of the right class’s logit")
    grip.focus()
    grip.press("End")
    assert cells(found)[0][1] == "0.000" and cells(found)[1][1] == "0.313"
    box = grip.bounding_box()
    grip.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    grip.page.mouse.down()
    grip.page.mouse.move(box["x"] - 150, box["y"] + box["height"] / 2)
    grip.page.mouse.up()
    assert -5 < float(grip.get_attribute("aria-valuenow")) < 9


def test_denominator_shows_torchs_mean(figure):
    found = figure("denominator")
    draw = random.Random(4)
    for _ in range(60):
        state = {
            "weight": [draw.choice([0, 0.5, 1, 2.5, 4]) for _ in range(3)],
            "ignored": [draw.random() < 0.4 for _ in range(6)],
            "kind": draw.choice(KINDS),
            "cut": draw.randint(0, 5),
        }
        put(found, **state)
        weight, ignored = torch.tensor(state["weight"]).float(), torch.tensor(state["ignored"])
        shown = found.locator(".pr-results").inner_text().rsplit("= ", 1)[1]
        mean = batch_loss(slice(None), weight, ignored, state["kind"]).item()
        assert (shown == "nan") if mean != mean else number(shown) == pytest.approx(mean, abs=6e-4)
        if state["cut"]:
            halves = [slice(0, state["cut"]), slice(state["cut"], 6)]
            both = sum(batch_loss(part, weight, ignored, state["kind"]).item() for part in halves) / 2
            text = found.locator(".pr-batches").inner_text()
            said = re.search(r"mean of the two means is (nan|[\d.]+),", text)[1]
            assert (said == "nan") if both != both else number(said) == pytest.approx(both, abs=6e-4)
    assert "None" not in found.inner_text() and "undefined" not in found.inner_text()


def test_rows_are_ignored_by_ticking_them(figure):
    found = figure("denominator")
    for i in range(6):
        found.get_by_label(f"ignore row {i}").check()
    assert found.locator(".pr-results").inner_text() == "mean: 0.000 / 0.0 = nan"
    found.get_by_text("sum", exact=True).click()
    assert found.locator(".pr-results").inner_text().startswith("sum: 0.000")


def test_float_cliff_shows_torchs_readings(figure):
    found = figure("float-cliff")
    for step in (*range(0, len(leads()), 7), len(leads()) - 1):
        put(found, step=step)
        for (name, *texts), dtype in zip(cells(found), DTYPES, strict=True):
            fused, naive, fused_slope, naive_slope = reading(leads()[step], dtype)
            assert name == dtype
            for text, wanted in zip(texts, (fused, fused_slope, naive, naive_slope), strict=True):
                if text in ("inf", "nan"):
                    assert text == str(wanted)
                else:
                    assert number(text) == pytest.approx(wanted, rel=6e-3, abs=1e-300), (leads()[step], dtype)
    found.get_by_role("button", name="right by 17").click()
    assert [row[1] for row in cells(found)][:3] == ["0", "0", "0"] and cells(found)[3][1] != "0"


def test_picker_says_what_torch_says(figure):
    found = figure("shape-picker")
    every = list(itertools.product(FUNCTIONS, LOGITS_SHAPES, LOGITS_DTYPES, TARGET_SHAPES, TARGET_DTYPES))
    for choice in random.Random(5).sample(every, 250):
        put(found, **dict(zip(("function", "logits", "logits_dtype", "target", "target_dtype"), choice, strict=True)))
        answer = ask_torch(*choice)
        assert found.locator(".pr-said").inner_text() == answer.said
        assert found.locator(".pr-note").inner_text() == answer.note


def test_picker_by_keys_and_menus(figure):
    found = figure("shape-picker")
    assert found.locator(".pr-said").inner_text() == "RuntimeError: Expected target size [3, 5], got [3, 7]"
    cell = found.get_by_role("radio", checked=True)
    cell.focus()
    cell.press("ArrowUp")  # to the classes on axis 1
    assert found.locator(".pr-said").inner_text().startswith("tensor(")
    found.get_by_label("target in").select_option("float32")
    assert "expected target dtype to be Long or Byte, but got Float" in found.locator(".pr-said").inner_text()
    ticks = found.get_by_role("radio").evaluate_all("(all) => all.filter((cell) => cell.textContent === '✓').length")
    # Probabilities in the shape of the logits, and nothing else; (N, 1) is a shape of both lists.
    assert ticks == len(LOGITS_SHAPES) + 1


def test_detective_knows_each_fault(figure):
    found = figure("detective")
    for letter, case in zip("ABCDEFGH", cases(ten_digits()), strict=True):
        found.get_by_role("radio", name=letter, exact=True).check()
        verdict = found.locator(".pr-words")
        assert verdict.inner_text().startswith("Name the fault")
        wrong = "nothing is wrong" if case.fault != "nothing is wrong" else "softmax is taken twice"
        found.get_by_label(wrong, exact=True).check()
        assert verdict.inner_text().startswith("No:")
        found.get_by_label(case.fault, exact=True).check()
        assert verdict.inner_text() == f"Yes: {case.fault}. {case.seen}"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_figure_leaves_its_column_or_cuts_its_words(chromium, server, width):
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    faults = []
    for name, chapter in FIGURES.items():
        if not page.url.endswith(f"/{chapter}.html"):
            page.goto(f"{server}/book/{chapter}.html")
        found = page.locator(f'[data-live-figure="{name}"]')
        found.scroll_into_view_if_needed()
        found.and_(page.locator("[data-ready]")).wait_for()
        if name == "detective":
            put(found, guess=1)
        faults += found.evaluate(
            """(root) => [root, ...root.querySelectorAll("[class^=pr-]:is(p, span, .pr-answer)")]
              .filter((node) => node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1)
              .map((node) => `${root.dataset.liveFigure}: ${node.className}: ${node.textContent.slice(0, 40)}`)"""
        )
        room = found.evaluate(
            """(root) => [root.querySelector(".kf-stage").clientHeight,
              parseFloat(getComputedStyle(root.querySelector(".kf-spaced")).minHeight)]"""
        )
        if room[0] > room[1] + 1:
            faults.append(f"{name} is {room[0]} px high and has room for {room[1]}")
    context.close()
    assert faults == []
