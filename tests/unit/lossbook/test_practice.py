"""The clinic: each message against the installed torch, and the figures' formulas and captured answers."""

from __future__ import annotations

import math
import random
import re

import matplotlib.pyplot as plt
import pytest
import torch
from torch.nn import functional as F

from javascript import run_node
from lossbook.practice import MESSAGES, said, says
from lossbook.practice.captured import FUNCTIONS, LOGITS_SHAPES, TARGET_SHAPES, ask_all, ask_torch, tensors
from lossbook.practice.cliffs import DTYPES, cliff, leads, reading
from lossbook.practice.denominator import CLASSES, KINDS, ROWS, Denominator, batch_loss
from lossbook.practice.detective import LETTERS, Detective
from lossbook.practice.double_softmax import CLASSES as COUNTS
from lossbook.practice.double_softmax import DoubleSoftmax
from lossbook.practice.float_cliff import FloatCliff, place
from lossbook.practice.gaps import training_beside_validation
from lossbook.practice.ladder import RATE, checks, softmax_over_the_batch
from lossbook.practice.not_finite import LONGEST, stopped_runs
from lossbook.practice.runs import cases, small_network, ten_digits
from lossbook.practice.shape_picker import ShapePicker
from lossbook.practice.twice import floor, losses_and_slopes
from project import ROOT, source

torch.set_num_threads(1)
ROOM = source("lossbook") / "practice"
#: The pages of the clinic behind its first one, one after the other.
CLINIC = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "book").glob("clinic-*.md")))
#: The texts of the clinic's main index entries, in order, each with the last heading above it.
ENTRIES = [
    (entry, re.findall(r"^#{2,3} (.*)$", CLINIC[: found.start()], re.MULTILINE)[-1])
    for found in re.finditer(r"^(?:```|:::)\{index\} ! single: (.*)\n(?:```|:::)$", CLINIC, re.MULTILINE)
    for entry in [found.group(1)]
]


# --- the messages ---


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.text[:60])
def test_torch_still_says_so(message):
    """On failure both texts stand one above the other."""
    now = said(message.call)
    assert now == message.text, f"the clinic quotes:\n  {message.text}\ntorch {torch.__version__} says:\n  {now}"


def test_every_message_and_every_older_wording_is_an_entry_of_the_index():
    texts = [text for message in MESSAGES for text in (message.text, *message.older)]
    assert len(set(texts)) == len(texts)
    assert set(texts) - {entry for entry, _ in ENTRIES} == set()


def test_no_entry_of_the_index_quotes_what_torch_does_not_say():
    known = {text for message in MESSAGES for text in (message.text, *message.older)}
    quoted = {entry for entry, _ in ENTRIES if re.match(r"\w*(Error|Warning): ", entry)}
    assert quoted - known == set()


def test_a_heading_that_quotes_is_a_message():
    known = [text for message in MESSAGES for text in (message.text, *message.older)]
    for heading in re.findall(r"^### `([^`]*)`$", CLINIC, re.MULTILINE):
        assert any(heading in text for text in known), heading


def test_says_prints_exceptions_and_warnings_and_minds_silence(capsys):
    import warnings

    with says():
        raise ValueError("no such thing")
    with says():
        warnings.warn("mind the step", UserWarning, stacklevel=1)
    assert capsys.readouterr().out == "ValueError: no such thing\nUserWarning: mind the step\n"
    with pytest.raises(AssertionError, match="neither raised an exception nor warned"), says():
        pass


# --- formulas in JavaScript ---


def test_softmax_twice_in_javascript_is_torchs():
    draw = random.Random(7)
    drawn = [(draw.uniform(-30, 30), draw.choice([*COUNTS, 4, 37])) for _ in range(2000)]
    script = """
    import { readFileSync } from "node:fs";
    const { once, twice, floor } = await import(process.env.MODULE);
    const all = JSON.parse(readFileSync(0, "utf8")).map(([lead, c]) => [once(lead, c), twice(lead, c), floor(c)]);
    process.stdout.write(JSON.stringify(all));
    """
    for (lead, classes), (once, twice, level) in zip(drawn, run_node(script, drawn, ROOM / "twice.js"), strict=True):
        wanted = losses_and_slopes(torch.tensor([lead], dtype=torch.float64), classes)
        for kind, ours in (("once", once), ("twice", twice)):
            loss, slope = (numbers.item() for numbers in wanted[kind])
            assert ours["loss"] == pytest.approx(loss, rel=1e-9, abs=1e-13), (kind, lead, classes)
            # torch forms 1 + x and p - 1: what is far below 1 loses digits there.
            assert ours["slope"] == pytest.approx(slope, rel=1e-9, abs=1e-13), (kind, lead, classes)
        assert level == pytest.approx(floor(classes), rel=1e-12)


def test_denominator_in_javascript_is_torchs():
    draw = random.Random(8)
    drawn = []
    for _ in range(2000):
        rows, classes = draw.randint(1, 8), draw.randint(2, 5)
        drawn.append(
            {
                "logits": [[draw.gauss(0, 2) for _ in range(classes)] for _ in range(rows)],
                "target": [draw.randrange(classes) for _ in range(rows)],
                "weight": [draw.choice([0.0, 0.5, 1.0, 3.5]) for _ in range(classes)],
                "ignored": [draw.random() < 0.3 for _ in range(rows)],
                "kind": draw.choice(KINDS),
            }
        )
    for case in drawn:
        logits, target = torch.tensor(case["logits"], dtype=torch.float64), torch.tensor(case["target"])
        case["losses"] = F.cross_entropy(logits, target, reduction="none").tolist()
    script = """
    import { readFileSync } from "node:fs";
    const { mean, parts } = await import(process.env.MODULE);
    const all = JSON.parse(readFileSync(0, "utf8")).map((batch) => mean(parts(batch)));
    process.stdout.write(JSON.stringify(all, (_, x) => (Number.isNaN(x) ? "nan" : x)));
    """
    seen_nan = 0
    for case, ours in zip(drawn, run_node(script, drawn, ROOM / "denominator_parts.js"), strict=True):
        logits, target = torch.tensor(case["logits"], dtype=torch.float64), torch.tensor(case["target"])
        weight, ignored = torch.tensor(case["weight"], dtype=torch.float64), torch.tensor(case["ignored"])
        if case["kind"] == "class indices":
            answer = target.masked_fill(ignored, -100)
        else:
            answer = F.one_hot(target, len(weight)).double().masked_fill(ignored[:, None], 0)
        total = F.cross_entropy(logits, answer, weight=weight, reduction="sum").item()
        mean = F.cross_entropy(logits, answer, weight=weight).item()
        assert ours["above"] == pytest.approx(total, rel=1e-9, abs=1e-12)
        if math.isnan(mean):
            seen_nan += 1
            assert ours["mean"] == "nan" and ours["below"] == 0
        else:
            assert ours["mean"] == pytest.approx(mean, rel=1e-9, abs=1e-12)
    assert seen_nan > 20


# --- what is captured ---


def test_picker_shows_what_torch_says_of_every_combination():
    answers = ask_all()
    assert len(answers) == 3840
    for (function, *labels), answer in answers.items():
        scores, target = tensors(*labels)
        try:
            text = f"tensor({getattr(F, function)(scores, target).item():.4f})"
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
        assert answer.said == text
        assert answer.fine == text.startswith("tensor(")


def test_picker_has_a_word_on_everything():
    answers = ask_all()
    silent = {(labels, answer.said) for labels, answer in answers.items() if not answer.note}
    assert silent == set()


@pytest.mark.parametrize("function", FUNCTIONS[:2])
@pytest.mark.parametrize("logits", LOGITS_SHAPES)
def test_class_indices_fit_one_shape_which_is_the_logits_without_the_class_axis(function, logits):
    shape = LOGITS_SHAPES[logits]
    want = shape[:1] + shape[2:] if len(shape) > 1 else ()
    for target, size in TARGET_SHAPES.items():
        if size is None or "1" in logits.split(", "):
            continue
        answer = ask_torch(function, logits, "float32", target, "int64")
        # A single number in a list of one is one example too; only its own N is 3 here.
        assert answer.fine == (size == want), (logits, target, answer)


def test_cliffs_stand_where_the_formats_say():
    for dtype in DTYPES:
        limits = torch.finfo(getattr(torch, dtype))
        assert cliff(dtype).zero == math.ceil(-math.log(limits.eps / 2))
        # Below half of the least number there is, e^-g rounds to 0.
        assert cliff(dtype).infinite == math.ceil(-math.log(limits.smallest_normal) - math.log(limits.eps / 2))
    assert [cliff(dtype) for dtype in DTYPES] == [(6, 93), (8, 18), (17, 104), (37, 746)]


def test_readings_away_from_the_cliffs_are_the_formula():
    for dtype, tolerance in zip(DTYPES, (2e-2, 5e-3, 1e-6, 1e-12), strict=True):
        for lead in (-10, -3, 0, 2):
            loss = math.log1p(math.exp(-lead))
            assert reading(lead, dtype).fused == pytest.approx(loss, rel=tolerance)
            assert reading(lead, dtype).fused_slope == pytest.approx(math.exp(-loss) - 1, rel=tolerance)


def test_the_figure_stops_at_every_cliff_and_beside_it():
    stops = set(leads())
    for dtype in DTYPES:
        zero, infinite = cliff(dtype)
        assert {zero - 1, zero, 1 - infinite, -infinite} <= stops
    assert sorted(stops, key=place) == sorted(stops)


# --- what is computed ---


def test_floor_is_what_torch_returns_for_a_sure_and_right_softmax():
    for classes in COUNTS:
        sure = F.one_hot(torch.tensor([0]), classes).double()
        assert floor(classes) == pytest.approx(F.cross_entropy(sure, torch.tensor([0])).item(), rel=1e-12)


def test_batch_loss_is_the_mean_by_hand():
    losses = F.cross_entropy(ROWS, CLASSES, reduction="none")
    weight, ignored = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([True, False, False, False, True, False])
    kept = (~ignored).nonzero().flatten()
    parts = sum(weight[CLASSES[i]] * losses[i] for i in kept)
    by_class = parts / sum(weight[CLASSES[i]] for i in kept)
    assert batch_loss(slice(None), weight, ignored, "class indices").item() == pytest.approx(by_class.item())
    assert batch_loss(slice(None), weight, ignored, "probabilities").item() == pytest.approx(parts.item() / 6)


@pytest.fixture(scope="module")
def runs():
    return cases(ten_digits())


def test_each_run_shows_its_fault(runs):
    curve = {case.fault: case.curve for case in runs}
    assert len(curve) == len(LETTERS) == 8
    start = math.log(10)
    sound = curve.pop("nothing is wrong")
    assert abs(sound.train_loss[0] - start) < 0.05
    assert sound.held_loss[-1] < 0.3 and sound.held_accuracy[-1] > 0.9
    twice = curve["softmax is taken twice"]
    assert twice.train_loss.min() > floor(10) and twice.held_accuracy[-1] > 0.8
    assert abs(twice.train_loss[0] - start) < 0.05
    few = curve["too few training pictures"]
    turn = few.held_loss.argmin()
    assert few.train_loss[-1] < 0.02 and few.held_loss[-1] > few.held_loss[turn] + 0.05
    assert few.held_accuracy[-1] >= few.held_accuracy[turn]
    assert all(len(part.unique()) == 1 for part in curve["optimizer.step() is missing"])
    assert -1 <= curve["probabilities go into nll_loss"].train_loss.min()
    assert curve["probabilities go into nll_loss"].train_loss.max() < 0
    steep = curve["the learning rate is too high"]
    assert steep.train_loss.max() > 10 * start and steep.train_loss[-20:].min() > start
    assert steep.held_accuracy[-20:].max() < 0.2
    mixed = curve["labels belong to other pictures"]
    assert mixed.train_loss[-1] < mixed.train_loss[0] and mixed.held_accuracy.max() < 0.25
    large = curve["the first logits are far too large"]
    assert large.train_loss[0] > 5 * start


def test_gaps_have_each_cause_above_the_held_out_loss():
    gaps = training_beside_validation(ten_digits())
    held, training, *causes = gaps.values()
    assert training < held < min(causes)


def test_networks_trained_side_by_side_are_those_trained_alone():
    data = ten_digits()
    x, y = data.x_train[:64], data.y_train[:64]
    together = checks(x, y, seeds=[3, 8])
    for k, seed in enumerate((3, 8)):
        model = small_network(seed)
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9)
        for step in range(100):
            optimizer.zero_grad()
            F.cross_entropy(model(x[:32]), y[:32]).backward()
            if step == 0:
                length = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
                assert together.gradient[k].item() == pytest.approx(length.item(), rel=1e-4)
            optimizer.step()
        assert together.one_batch[k].item() == pytest.approx(F.cross_entropy(model(x[:32]), y[:32]).item(), rel=0.02)


def test_softmax_over_the_batch_adds_up_to_one_along_its_rows():
    log_probs = softmax_over_the_batch(torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0)))
    assert torch.allclose(log_probs.exp().sum(dim=1), torch.ones(2, 3))


def test_runs_stop_at_their_first_step_that_is_not_finite():
    for fault, (step, model, loss_of, x, y) in stopped_runs(ten_digits()).items():
        assert 0 <= step < LONGEST
        loss = loss_of(model(x), y)
        slopes = torch.autograd.grad(loss, list(model.parameters()))
        assert not all(part.isfinite().all() for part in (loss, *slopes)), fault
        assert all(parameter.isfinite().all() for parameter in model.parameters()), fault


# --- the figures' Python side ---


def test_figures_draw_their_state_and_say_what_json_can(runs):
    import json

    for figure in (DoubleSoftmax(), Denominator(), FloatCliff(), ShapePicker(), Detective(runs)):
        drawn = figure.still()
        assert drawn.axes
        plt.close(drawn)
        json.dumps({name: getattr(figure, name) for name in figure._own_traits()}, allow_nan=False)


def test_denominator_draws_when_nothing_counts():
    drawn = Denominator(ignored=[True] * 6).still()
    assert not drawn.axes[0].patches
    plt.close(drawn)


def test_detectives_faults_are_told_apart(runs):
    figure = Detective(runs)
    assert len(set(figure.faults)) == len(set(figure.seen)) == 8
    assert all(len(part) == 101 for run in figure.curves for part in run)
