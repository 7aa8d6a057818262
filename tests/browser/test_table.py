"""The table of logits on the built page: every way of moving it, and each number it then shows, against torch."""

import itertools
import json
import math
import random

import pytest
import torch
import torch.nn.functional as F

from sitepages import page_of

torch.set_num_threads(1)

FIGURE = "[data-live-figure=loss-table]"
START = {
    "logits": [
        [-0.3139, 0.6737, -0.0143, 1.9929, -0.6949],
        [0.5285, 0.1311, 0.2628, 0.6450, 1.7745],
        [-1.7458, 2.0199, -0.1365, 1.4622, -0.0940],
    ],
    "target": [0, 3, 4],
}

# Everything the figure shows, as the reader sees it.
READ = """
(figure) => {
  const number = (node) => Number(node.textContent.replace("−", "-"));
  const rows = [...figure.querySelectorAll(".lt-row")];
  const lanes = rows.map((row) => [...row.querySelectorAll(".lt-lane")]);
  const each = (fn) => lanes.map((row) => row.map(fn));
  return {
    logits: each((lane) => Number(lane.querySelector("[role=slider]").getAttribute("aria-valuenow"))),
    typed: each((lane) => Number(lane.querySelector("input[type=number]").value)),
    target: lanes.map((row) => row.findIndex((lane) => lane.querySelector("input[type=radio]").checked)),
    marked: lanes.map((row) => row.findIndex((lane) => "right" in lane.dataset)),
    probs: each((lane) => number(lane.querySelector(".lt-prob > span:last-child"))),
    stems: each((lane) => 5 * lane.querySelector(".lt-stem").style.transform.match(/scaleY\\((.*)\\)/)[1]),
    bars: each((lane) => 1 - lane.querySelector(".lt-level").style.transform.match(/translateY\\((.*)%\\)/)[1] / 100),
    gradient: each((lane) => number(lane.querySelector(".lt-heat > span:last-child"))),
    heat: each((lane) => Number(lane.querySelector(".lt-tint").style.opacity)),
    negative: each((lane) => "negative" in lane.querySelector(".lt-heat").dataset),
    sums: rows.map((row) => row.querySelector(".lt-sum").textContent),
    losses: rows.map((row) => number(row.querySelector(".lt-price b"))),
    mean: number(figure.querySelector(".lt-mean b")),
    guess: figure.querySelector(".lt-guess").textContent,
    accuracy: figure.querySelector(".lt-hits").textContent,
    text: figure.querySelector(".loss-table").innerText,
  };
}
"""


@pytest.fixture(scope="module")
def home(server, site):
    """The address of the page with the table."""
    return f"{server}/{page_of(site, 'loss-table')}"


@pytest.fixture
def figure(page, home):
    return opened(page, home)


def opened(page, home, fragment=""):
    page.goto(f"{home}{fragment}")
    figure = page.locator(FIGURE)
    figure.scroll_into_view_if_needed()
    page.wait_for_selector(f"{FIGURE}[data-ready]")
    return figure


def knob(figure, n, c):
    return figure.get_by_role("slider", name=f"Example {n}, class {c}: logit", exact=True)


def field(figure, n, c):
    return figure.get_by_role("spinbutton", name=f"Example {n}, class {c}: logit, as a number", exact=True)


def button(figure, name):
    return figure.get_by_role("button", name=name, exact=True)


def shown(figure):
    return figure.evaluate(READ)


def agrees_with_torch(seen):
    """Every number in view is what torch makes of the logits and targets in view, to its last digit."""
    logits, target = torch.tensor(seen["logits"], dtype=torch.float64, requires_grad=True), torch.tensor(seen["target"])
    losses = F.cross_entropy(logits, target, reduction="none")
    losses.sum().backward()
    probs = logits.detach().softmax(1)
    half = {3: 0.5e-3 + 1e-9, 4: 0.5e-4 + 1e-9}

    def same(name, value, tolerance):
        ours = torch.tensor(seen[name], dtype=torch.float64)
        torch.testing.assert_close(ours, value.detach(), rtol=0, atol=tolerance, msg=lambda m: f"{name}: {m}\n{seen}")

    same("typed", logits, half[4])
    same("stems", logits, 1e-5)  # style sheets keep six digits
    same("probs", probs, half[4])
    same("bars", probs, 1e-6)
    same("gradient", logits.grad, half[3])
    same("heat", logits.grad.abs(), 1e-6)
    assert seen["negative"] == (logits.grad < 0).tolist()
    same("losses", losses, half[4])
    same("mean", losses.mean(), half[4])
    assert seen["marked"] == seen["target"]
    assert seen["sums"] == [f"−ln {p:.4f} =" for p in probs[range(3), target].tolist()]
    difference = losses.mean().item() - math.log(5)
    word = "The same as" if abs(difference) < 1e-9 else "Worse than" if difference > 0 else "Better than"
    assert seen["guess"] == f"{word} a uniform guess (the mark is at ln 5 = {math.log(5):.4f} nats)"
    others = logits.detach().scatter(1, target[:, None], -math.inf)
    right = (logits.detach()[range(3), target] > others.amax(1)).sum().item()
    assert seen["accuracy"] == f"accuracy {right}/3"
    assert all(word not in seen["text"] for word in ("NaN", "undefined", "null", "∞", "Infinity"))
    return seen


def test_starts_as_the_lessons_table(figure):
    seen = agrees_with_torch(shown(figure))
    assert {key: seen[key] for key in START} == START
    assert seen["guess"].startswith("Worse than a uniform guess") and seen["accuracy"] == "accuracy 0/3"


KEYS = {"ArrowUp": 0.8, "ArrowRight": 0.8, "ArrowDown": 0.6, "ArrowLeft": 0.6}
KEYS |= {"PageUp": 1.7, "PageDown": -0.3, "Home": -5, "End": 5}


def test_keys(figure):
    handle = knob(figure, 0, 1)
    for key, expected in KEYS.items():
        handle.focus()
        handle.press(key)
        seen = agrees_with_torch(shown(figure))
        assert seen["logits"][0][1] == pytest.approx(expected, abs=1e-9), key
        assert handle.get_attribute("aria-valuetext") == f"{expected:.2f}".replace("-", "−")
        seen["logits"][0][1] = START["logits"][0][1]
        assert seen["logits"] == START["logits"], key
        button(figure, "Reset").click()


def test_every_handle_is_a_slider_with_its_own_name_and_moves_only_its_logit(figure):
    assert figure.get_by_role("slider").count() == 15
    for n, c in itertools.product(range(3), range(5)):
        handle = knob(figure, n, c)
        assert (handle.get_attribute("aria-valuemin"), handle.get_attribute("aria-valuemax")) == ("-5", "5")
        before = shown(figure)["logits"]
        handle.focus()
        handle.press("End")
        after = agrees_with_torch(shown(figure))["logits"]
        before[n][c] = 5
        assert after == before


def test_all_moves_in_one_frame(figure):
    """A key's change is in the document before the next frame is drawn."""
    read_next_frame = """(figure) => new Promise((resolve) => requestAnimationFrame(() => {
      const press = new KeyboardEvent("keydown", { key: "End", bubbles: true, cancelable: true });
      figure.querySelectorAll("[role=slider]")[3].dispatchEvent(press);
      requestAnimationFrame(() => resolve((READ)(figure)));
    }))"""
    seen = figure.evaluate(read_next_frame.replace("READ", READ))
    assert agrees_with_torch(seen)["logits"][0][3] == 5


def centre(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_drag_with_the_mouse(figure, page):
    handle = knob(figure, 1, 3)
    handle.scroll_into_view_if_needed()
    x, y = centre(handle)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(x, y - 4 * step)
        agrees_with_torch(shown(figure))
    page.mouse.up()
    moved = shown(figure)["logits"][1][3]
    assert moved > 3
    page.mouse.move(x, y + 200)
    assert shown(figure)["logits"][1][3] == moved, "the handle was let go"
    page.mouse.move(*centre(handle))
    page.mouse.down()
    page.mouse.move(x, y + 500)
    page.mouse.up()
    assert agrees_with_torch(shown(figure))["logits"][1][3] == -5


def test_drag_with_a_finger(chromium, home):
    from conftest import watch

    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    try:
        page = context.new_page()
        slips = watch(page)
        figure = opened(page, home)
        handle = knob(figure, 0, 0)
        handle.evaluate("(node) => node.scrollIntoView({ block: 'center' })")
        top = page.evaluate("scrollY")
        x, y = centre(handle)
        cdp = context.new_cdp_session(page)

        def touch(kind, *points):
            cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for y in points]})

        touch("touchStart", y)
        for step in range(1, 6):
            touch("touchMove", y - 5 * step)
        touch("touchEnd")
        seen = agrees_with_torch(shown(figure))
        assert seen["logits"][0][0] > 2
        assert page.evaluate("scrollY") == top, "the page stays while a handle is dragged"
        figure.get_by_role("radio", name="Example 2, right class: class 1").tap()
        assert agrees_with_torch(shown(figure))["target"] == [0, 3, 1]
        assert slips == []
    finally:
        context.close()


TYPED = {"1.25": 1.25, "0.1311": 0.1311, "-3": -3, "99": 5, "-1e308": -5, "-0": 0}
TYPED |= dict.fromkeys(["1e309", "", "-", "e"], 0.6737)  # no numbers: the field goes back


def test_typed_values(figure, page):
    box = field(figure, 0, 1)
    for typed, expected in TYPED.items():
        box.click()
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        seen = agrees_with_torch(shown(figure))
        assert seen["logits"][0][1] == pytest.approx(expected, abs=1e-9), typed
        assert box.input_value() == f"{expected:.4f}", typed
        button(figure, "Reset").click()


def test_letters_do_not_enter(figure, page):
    box = field(figure, 2, 2)
    box.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("abc")
    page.keyboard.press("Tab")
    assert {key: agrees_with_torch(shown(figure))[key] for key in START} == START


def test_choose_the_right_class(figure, page):
    figure.get_by_role("radio", name="Example 0, right class: class 3").check()
    assert agrees_with_torch(shown(figure))["target"] == [3, 3, 4]
    page.keyboard.press("ArrowRight")
    assert agrees_with_torch(shown(figure))["target"] == [4, 3, 4]
    assert shown(figure)["logits"] == START["logits"]


PRESETS = {
    "Uniform": lambda loss: loss == pytest.approx(math.log(5)),
    "Confident and right": lambda loss: loss < 0.05,
    "Confident and wrong": lambda loss: loss > 5,
    "Right with doubt": lambda loss: 1 < loss < math.log(5),
    "The lesson’s table": lambda loss: loss > math.log(5),
}


def test_presets(figure):
    accuracies = {}
    for name, fits in PRESETS.items():
        button(figure, name).click()
        seen = agrees_with_torch(shown(figure))
        logits, target = torch.tensor(seen["logits"], dtype=torch.float64), torch.tensor(seen["target"])
        assert fits(F.cross_entropy(logits, target).item()), name
        accuracies[name] = seen["accuracy"]
    assert accuracies["Confident and right"] == accuracies["Right with doubt"] == "accuracy 3/3"
    assert accuracies["Confident and wrong"] == accuracies["The lesson’s table"] == "accuracy 0/3"
    assert {key: seen[key] for key in START} == START


def test_presets_keep_to_the_chosen_classes(figure):
    figure.get_by_role("radio", name="Example 1, right class: class 0").check()
    button(figure, "Confident and right").click()
    seen = agrees_with_torch(shown(figure))
    assert seen["target"] == [0, 0, 4] and seen["accuracy"] == "accuracy 3/3"


def test_a_gradient_step_moves_each_logit_by_its_cell(figure):
    logits, target = torch.tensor(START["logits"], dtype=torch.float64), torch.tensor(START["target"])
    mean = shown(figure)["mean"]
    for _ in range(12):
        logits = (logits - (logits.softmax(1) - F.one_hot(target, 5))).clamp(-5, 5).round(decimals=4)
        button(figure, "Take a gradient step").click()
        seen = agrees_with_torch(shown(figure))
        torch.testing.assert_close(torch.tensor(seen["logits"], dtype=torch.float64), logits, rtol=0, atol=1.1e-4)
        logits = torch.tensor(seen["logits"], dtype=torch.float64)
        assert seen["mean"] < mean
        mean = seen["mean"]
    assert seen["accuracy"] == "accuracy 3/3"


def test_reset(figure):
    button(figure, "Confident and wrong").click()
    figure.get_by_role("radio", name="Example 0, right class: class 3").check()
    button(figure, "Reset").click()
    assert {key: agrees_with_torch(shown(figure))[key] for key in START} == START


def test_a_link_brings_the_state_back(page, home):
    state = {"logits": [[0, 1, 2, 3, 4], [-5, 5, 0.25, 0, 0], [1, 1, 1, 1, 1]], "target": [4, 0, 2]}
    query = "&".join(f"{name}={json.dumps(x, separators=(',', ':'))}" for name, x in state.items())
    seen = agrees_with_torch(shown(opened(page, home, f"#loss-table?{query}")))
    assert {key: seen[key] for key in state} == state


@pytest.mark.parametrize(
    "query",
    ["logits=[[1]]", "logits=[[9,9,9,9,9],[0,0,0,0,0],[0,0,0,0,0]]", "logits=NaN", "target=[0,1,7]", "target=[0,1]"]
    + [
        "target=[0,1,1.5]",
        "lesson={}",
        "_about={}",
        "__proto__=1",
        "logits=%3Cscript%3Ealert(1)%3C/script%3E",
        "%E0%A4%A",
    ],
)
def test_a_broken_link_is_ignored(page, home, query):
    seen = agrees_with_torch(shown(opened(page, home, f"#loss-table?{query}")))
    assert {key: seen[key] for key in START} == START


def test_screen_readers_hear_a_drag_once(figure, page):
    figure.evaluate(
        """(figure) => {
          window.heard = [];
          const region = figure.querySelector(".kf-said");
          new MutationObserver(() => window.heard.push(region.textContent)).observe(region, { childList: true });
        }"""
    )
    handle = knob(figure, 0, 0)
    handle.scroll_into_view_if_needed()
    x, y = centre(handle)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 30, steps=15)
    page.mouse.up()
    page.wait_for_function("window.heard.length > 0")
    seen = shown(figure)
    probability, loss = seen["probs"][0][0], seen["losses"][0]
    heard = page.evaluate("window.heard")
    assert len(heard) == 1
    assert heard[0].startswith(
        f"Example 0: class 0 has probability {probability:.3f}, loss {loss:.3f} nats. Mean loss "
    )
    assert heard[0].endswith(" than a uniform guess.")


# What moved by itself in the figure or its caption, which stands below the view and goes where that pushes it.
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  const own = document.querySelector("figure:has([data-live-figure=loss-table])");
  for (const entry of list.getEntries()) {
    const nodes = entry.sources.map(({ node }) => node).filter((node) => own?.contains(node));
    if (nodes.length && !entry.hadRecentInput) window.shifts.push(nodes.map((node) => node.nodeName));
  }
}).observe({ type: "layout-shift", buffered: true });
"""

CLIPPED = """
(figure) => [...figure.querySelectorAll(".loss-table :is(span, b, p, button, input)")]
  .filter((node) => node.clientWidth && node.scrollWidth > node.clientWidth + 1 && !node.closest(".lt-hidden"))
  .map((node) => `${node.className} ${node.textContent || node.value}`)
"""


@pytest.mark.parametrize("width", [320, 390, 640, 768, 1280])
def test_nothing_runs_off_or_jumps(chromium, home, width):
    """At 320 px and at any zoom (640 is 1280 at 200%): no sideways scrolling, no clipped number, no shift."""
    context = chromium.new_context(viewport={"width": width, "height": 800})
    try:
        page = context.new_page()
        page.add_init_script(SHIFTS)
        figure = opened(page, home)
        reserved = "(figure) => parseFloat(getComputedStyle(figure.querySelector('.kf-spaced')).minHeight)"
        assert figure.locator(".loss-table").bounding_box()["height"] <= figure.evaluate(reserved)
        for preset in PRESETS:
            button(figure, preset).click()
            clipped = figure.evaluate(CLIPPED)
            assert clipped == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("window.shifts") == []
    finally:
        context.close()


CONTRAST = """
(figure) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((x, i) => x * a + under[i] * (1 - a));
  const luminance = (color) => {
    const [r, g, b] = color.map((x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    if (!node) return [255, 255, 255];
    return over(rgba(getComputedStyle(node).backgroundColor), ground(node.parentElement));
  };
  const words = (node) => node.value ?? [...node.childNodes].map((child) => child.data ?? "").join("");
  return [...figure.querySelectorAll(".loss-table :is(span, b, p, button, input[type=number])")]
    .filter((node) => words(node).trim() && node.offsetWidth && !node.closest(".lt-hidden"))
    .map((node) => {
      const under = ground(node);
      const [a, b] = [luminance(over(rgba(getComputedStyle(node).color), under)), luminance(under)];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), `${node.className} ${words(node)}`];
    });
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_keeps_its_contrast_on_the_darkest_cells(page, home, scheme):
    page.emulate_media(color_scheme=scheme)
    figure = opened(page, home)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    for preset in ("Confident and wrong", "The lesson’s table"):
        button(figure, preset).click()
        pairs = figure.evaluate(CONTRAST)
        assert len(pairs) > 50
        assert [pair for pair in pairs if pair[0] < 4.5] == []


def test_many_random_moves_leave_every_number_true(figure, page):
    draw = random.Random(5)
    names = list(PRESETS) + ["Take a gradient step", "Reset"]
    for _ in range(150):
        n, c = draw.randrange(3), draw.randrange(5)
        move = draw.randrange(4)
        if move == 0:
            knob(figure, n, c).press(draw.choice(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]))
        elif move == 1:
            figure.get_by_role("radio", name=f"Example {n}, right class: class {c}").check()
        elif move == 2:
            field(figure, n, c).fill(
                draw.choice(["1e308", "-1e308", "-0", "", "0.00001", f"{draw.uniform(-6, 6):.6f}"])
            )
            page.keyboard.press("Tab")
        else:
            button(figure, draw.choice(names)).click()
        agrees_with_torch(shown(figure))
