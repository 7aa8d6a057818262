"""The reader of typed numbers: what it takes, what it refuses, and that Python and the browser read the same."""

from __future__ import annotations

import math
import random

import pytest

from javascript import run_node
from kernelfree.exercises.expression import Unreadable, read
from project import source

STATIC = source("kernelfree") / "static"

TAKEN = {
    "-0.94": -0.94,
    "−0.94": -0.94,
    "–0,94": -0.94,
    "2,5": 2.5,
    ".5": 0.5,
    "5.": 5,
    "1e-3": 1e-3,
    "ln 5": math.log(5),
    "LN(5)": math.log(5),
    "log(2)/2": math.log(2) / 2,
    "-math.log(1/5)": math.log(5),
    "log2 8": 3,
    "log₂ 8": 3,
    "log_2(8)": 3,
    "log10(1000)": 3,
    "1/3": 1 / 3,
    "1 ÷ 4": 0.25,
    "2^-3": 0.125,
    "2**-3": 0.125,
    "2⁻³": 0.125,
    "-2^2": -4,
    "2^3^2": 512,
    "e^-1": math.exp(-1),
    "exp(-1)": math.exp(-1),
    "2e": 2 * math.e,
    "2 ln 5": 2 * math.log(5),
    "3ln2": 3 * math.log(2),
    "ln2^3": math.log(8),
    "ln(2)^2": math.log(2) ** 2,
    "1/2 ln 2": math.log(2) / 2,
    "ln 2 ln 3": math.log(2) * math.log(3),
    "√2": math.sqrt(2),
    "sqrt(2)/2": math.sqrt(0.5),
    "2π": 2 * math.pi,
    "50%": 0.5,
    "= 3": 3,
    "≈ 3·2": 6,
    "6 / 2 (1+2)": 9,
    " 7 ": 7,
}
REFUSED = {
    "(" * 199: "unreadable",
    "": "empty",
    "   ": "empty",
    "1e999": "infinite",
    "1/0": "infinite",
    "ln 0": "infinite",
    "ln(-1)": "infinite",
    "(-8)^(1/3)": "infinite",
    "10^10^10": "infinite",
    "1^(1/0)": "infinite",
    "🎉": "unreadable",
    "<script>alert(1)</script>": "unreadable",
    "__import__('os')": "unreadable",
    "2 3": "unreadable",
    "1,000.5": "unreadable",
    "(1": "unreadable",
    "1)": "unreadable",
    "*2": "unreadable",
    "2^": "unreadable",
    "ln": "unreadable",
    "five": "unreadable",
    "ln 1/8": "brackets",
    "1" * 201: "long",
    "(" * 10_000: "long",
}


@pytest.mark.parametrize("text", TAKEN)
def test_what_is_taken(text):
    assert read(text) == pytest.approx(TAKEN[text], rel=1e-12)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused(text):
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert refused.value.why == REFUSED[text]


def drawn_expressions() -> list[str]:
    """Random expressions, most of them whole, some broken, in all the spellings of each sign."""
    draw = random.Random(12)

    def number() -> str:
        text = draw.choice(["{}", "{}", "{}.5", "{},25", ".{}", "{}e-2", "{}e1"]).format(draw.randint(0, 12))
        return draw.choice([text, text, text, "e", "pi", "π", "N", "C1"])

    def expression(depth: int) -> str:
        if depth == 0 or draw.random() < 0.2:
            return number()
        kind = draw.randrange(9)
        a, b = expression(depth - 1), expression(depth - 1)
        if kind == 0:
            return f"{draw.choice(['-', '−', '+', '–'])}{a}"
        if kind == 1:
            return f"({a})"
        if kind == 2:
            name = draw.choice(["ln", "log", "log2", "log_10", "exp", "sqrt", "√", "Ln", "math.log"])
            return name + draw.choice(["({})", " {}", "{}"]).format(a)
        if kind == 3:
            return f"{a}{draw.choice(['^', '**', ' ^ '])}{b}"
        if kind == 4:
            return f"{a}{draw.choice(['²', '⁻¹', '%', ' %'])}"
        if kind == 5:
            return f"{a}{draw.choice([' ', ''])}({b})"
        return f"{a}{draw.choice(['+', '-', ' − ', '*', '×', '·', '/', ' ÷ '])}{b}"

    texts = [expression(draw.randint(0, 4)) for _ in range(6000)]
    for _ in range(2000):
        text = list(draw.choice(texts))
        for _ in range(draw.randint(1, 3)):
            text.insert(draw.randint(0, len(text)), draw.choice("()^*/%.,e-+ 7lnx<é€\u00a0\u2028"))
        texts.append("".join(text))
    return texts


def test_python_and_the_browser_read_the_same():
    names = {"N": 3.0, "C1": 5.0}
    texts = [*TAKEN, *REFUSED, *drawn_expressions()]
    script = """
    import { readFileSync } from "node:fs";
    const { read } = await import(process.env.MODULE);
    const { texts, names } = JSON.parse(readFileSync(0, "utf8"));
    const answer = (text) => {
      try { return read(text, names); } catch (error) { return error.why ?? `thrown: ${error}`; }
    };
    process.stdout.write(JSON.stringify(texts.map(answer)));
    """
    answers = run_node(script, {"texts": texts, "names": names}, STATIC / "expression.js")
    values = 0
    for text, there in zip(texts, answers, strict=True):
        try:
            here = read(text, names)
        except Unreadable as refused:
            # A result at the very edge of what a double holds may round to either side.
            assert there == refused.why, text
        else:
            assert there == pytest.approx(here, rel=1e-9, abs=1e-300), text
            values += 1
    assert values > 3000
