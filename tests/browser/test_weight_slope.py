"""From score to weight in a browser: moved by keys, by typing and by steps, and each number, against torch."""

from __future__ import annotations

import random

import pytest
import torch
from engines import serve
from torch.nn import functional as F

from checkers import faults_of_access
from lonepages import POLICY, lone_page
from lossbook.table.weight_slope import WeightSlope

torch.set_num_threads(1)

FIGURE = "[data-live-figure=weight-slope]"
READ = """(figure) => {
  const number = (node) => Number(node.textContent.replace("−", "-"));
  const numbers = (row) => [...row.querySelectorAll(".ws-number")].map(number);
  const rows = [...figure.querySelectorAll(".ws-row")].map(numbers);
  const scale = (fill) => Number(fill.style.transform.match(/scaleX\\((.*)\\)/)[1]);
  const d = (name) => figure.querySelector(name).getAttribute("d");
  return {
    rows, bars: [...figure.querySelectorAll(".ws-fill")].map(scale), now: figure.querySelector(".ws-now").textContent,
    tangent: d(".ws-tangent"), curve: d(".ws-curve"),
    dot: ["cx", "cy"].map((name) => Number(figure.querySelector(".ws-dot").getAttribute(name))),
    ...Object.fromEntries(["w", "x", "class_index", "logits", "target"].map((name) => [name, figure.model.get(name)])),
  };
}"""


@pytest.fixture
def address(tmp_path, monkeypatch):
    lone_page(WeightSlope(), tmp_path, monkeypatch)
    server = serve(tmp_path, policy=POLICY)
    yield f"{server.address}/index.html"
    server.shutdown()


@pytest.fixture
def figure(page, address):
    page.goto(address)
    page.wait_for_selector(f"{FIGURE}[data-ready]")
    return page.locator(FIGURE)


def points(path):
    return [tuple(map(float, pair.split())) for pair in path[1:].split("L")]


def checked(figure):
    """What the figure shows: each number is autograd's, and the tangent touches the curve at the dot."""
    seen = figure.evaluate(READ)
    logits, x = (torch.tensor(seen[name], dtype=torch.float64) for name in ("logits", "x"))
    target, c = torch.tensor(seen["target"]), seen["class_index"]
    w = torch.tensor(float(seen["w"]), dtype=torch.float64, requires_grad=True)
    z = logits.clone()
    z[:, c] += w * x
    losses = F.cross_entropy(z, target, reduction="none")
    pulls = [torch.autograd.grad(loss, w, retain_graph=True)[0].item() for loss in losses]
    losses.mean().backward()
    *rows, mean = seen["rows"]
    for i, (p, y, slope, pull) in enumerate(rows):
        wanted = z.softmax(1)[i, c].item()
        right = float(target[i] == c)
        assert (p, y, slope) == (pytest.approx(wanted, abs=5.1e-4), right, pytest.approx(wanted - right, abs=5.1e-4))
        assert pull == pytest.approx(pulls[i], abs=5.1e-4)
    assert mean == [pytest.approx(w.grad.item(), abs=5.1e-4)]
    assert seen["bars"] == pytest.approx([pull / 3 for pull in [*pulls, w.grad.item()]], abs=1e-4)
    assert f"{losses.mean():.4f} nats" in seen["now"]
    (x0, y0), (x1, y1) = points(seen["tangent"])
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx(seen["dot"], abs=0.02)
    return seen


def slider(figure, name):
    return figure.get_by_role("slider", name=name, exact=False)


def button(figure, name):
    return figure.get_by_role("button", name=name, exact=True)


def test_starts_as_the_chapters_table(figure):
    seen = checked(figure)
    assert seen["w"] == 0 and "2.4373 nats" in seen["now"]


def test_keys_move_the_weight_and_the_tangent_touches_the_curve(figure):
    for key in ("Home", "End", "ArrowLeft", "PageDown", "PageUp"):
        slider(figure, "weight w").press(key)
        seen = checked(figure)
        left = [(x, y) for x, y in points(seen["curve"]) if abs(x - seen["dot"][0]) < 6]
        assert any(abs(y - seen["dot"][1]) < 8 for _, y in left)


def test_an_input_of_zero_is_named(figure):
    field = figure.get_by_role("spinbutton", name="example 1: input x, as a number")
    field.fill("0")
    field.press("Tab")
    seen = checked(figure)
    assert seen["x"][1] == 0 and seen["rows"][1][3] == 0
    assert seen["now"].endswith("Input 0: example 1 does not pull.")
    slider(figure, "example 0").press("Home")
    assert checked(figure)["x"][0] == -3


def test_steps_lead_down_and_start_again_keeps_the_inputs(figure):
    slider(figure, "example 2").press("End")
    before = checked(figure)
    for _ in range(4):
        button(figure, "Take a step").click()
        after = checked(figure)
        assert after["w"] == pytest.approx(before["w"] - before["rows"][3][0], abs=6e-4)
        before = after
    button(figure, "Start again").click()
    seen = checked(figure)
    assert seen["w"] == 0 and seen["x"][2] == 3


def test_many_random_acts_leave_every_number_true(figure):
    draw = random.Random(6)
    for _ in range(60):
        act = draw.randrange(4)
        if act == 0:
            figure.get_by_role("radio", name=str(draw.randrange(5)), exact=True).check()
        elif act == 1:
            button(figure, draw.choice(["Take a step", "Start again", "Reset"])).click()
        else:
            name = draw.choice(["weight w", "example 0", "example 1", "example 2"])
            slider(figure, name).press(draw.choice(["Home", "End", "PageUp", "PageDown", "ArrowLeft", "ArrowRight"]))
        checked(figure)


def test_the_axis_gets_other_numbers_on_the_same_elements(figure):
    # An element that comes or goes has the browser look at the whole page's style, which costs more than the figure.
    range_ = slider(figure, "example 1: input x")
    numbers = "(root) => [...root.querySelectorAll('.kf-axes text')].map((node) => node.textContent)"
    ends = {}
    for key in ("Home", "End"):
        range_.press(key)
        ends[key] = figure.evaluate(numbers)
    assert ends["Home"] != ends["End"]
    figure.evaluate(
        "(root) => { window.come = 0; const axes = root.querySelector('.kf-axes');"
        " new MutationObserver((records) => { window.come += records.length; })"
        ".observe(axes, { subtree: true, childList: true }); }"
    )
    for key in ("Home", "End", "Home"):
        range_.press(key)
        assert [text for text in figure.evaluate(numbers) if text] == [text for text in ends[key] if text]
    assert figure.evaluate("() => window.come") == 0


def test_a_link_brings_the_state_back(figure, page):
    slider(figure, "example 1").press("PageDown")
    figure.get_by_role("radio", name="4", exact=True).check()
    button(figure, "Take a step").click()
    state = figure.evaluate("(root) => JSON.stringify(root.model.state)")
    button(figure, "Copy link").click()
    link = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector(f"{FIGURE}[data-ready]")
    assert page.locator(FIGURE).evaluate("(root) => JSON.stringify(root.model.state)") == state


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_moves_below_it_and_no_judge_finds_a_fault(page, address, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    page.wait_for_selector(f"{FIGURE}[data-ready]")
    figure = page.locator(FIGURE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults_of_access(page, FIGURE) == []
    page.evaluate(
        "document.documentElement.dataset.theme = 'dark'; document.body.style = 'background: #14181e; color: #e6e8ec'"
    )
    assert faults_of_access(page, FIGURE) == []
    reserved = figure.evaluate("(root) => parseFloat(getComputedStyle(root.querySelector('.kf-spaced')).minHeight)")
    assert reserved * 0.85 < figure.locator(".weight-slope").bounding_box()["height"] <= reserved
    below = "document.querySelector('#below').getBoundingClientRect().top + scrollY"
    place = page.evaluate(below)
    for i in range(3):
        field = figure.get_by_role("spinbutton", name=f"example {i}: input x, as a number")
        field.fill("0")
        field.press("Tab")
    slider(figure, "weight w").press("Home")
    clipped = figure.evaluate(
        "(root) => [...root.querySelectorAll('.ws-now, .ws-number')]"
        ".filter((n) => n.scrollHeight > n.clientHeight + 1).map((n) => n.textContent)"
    )
    assert clipped == []
    assert page.evaluate(below) == place
