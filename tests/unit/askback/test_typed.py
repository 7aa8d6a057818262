"""Every answer in typed.yaml, which students might type, gets the reply that is wanted there."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
import yaml

from answers import replies, words
from askback import ask, number, shape
from askback.exercise import unseal

TYPED = yaml.safe_load(Path(__file__).with_name("typed.yaml").read_text(encoding="utf-8"))
WORDS = words()


def rank(mistakes):
    return {f"It is {name}.": value for name, value in mistakes.items()}


q, p = (0.7, 0.2, 0.1), (0.5, 0.3, 0.2)
extra = sum(a * math.log(a / b) for a, b in zip(q, p, strict=True))
QUESTIONS = {
    "coin": number(math.log(8), unit="nats", mistakes=rank(
        {"bits": 3, "sign": -math.log(8), "dry": -math.log(7 / 8), "base 10": math.log10(8)})),
    "geometric": number(math.exp(-1.2), mistakes=rank(
        {"above 1": math.exp(1.2), "base 2": 2**-1.2, "1 - p": -0.2, "base 10": 10**-1.2})),
    "odds": number(2 / 3, mistakes=rank(
        {"unmoved": 1 / 11, "weight only": 1 / 3, "sampling only": 2 / 7, "wrong way": 1 / 201})),
    "looks": number(2148, mistakes=rank({"one nudge": 1074, "unnudged": 2149, "combinations": 1074**2})),
    "threshold": number(1 / 20, tolerance=0.001, mistakes=rank({"other costly": 19 / 20, "odds": 1 / 19, "half": 0.5})),
    "wasted": number(0.25, unit="bits", tolerance=0.004, mistakes=rank(
        {"paid": 2, "entropy": 1.75, "nats": 0.25 * math.log(2)})),
    "extra": number(extra, unit="nats", tolerance=0.002, mistakes=rank(
        {"all of it": -sum(a * math.log(b) for a, b in zip(q, p, strict=True)),
         "entropy": -sum(a * math.log(a) for a in q),
         "the other way": sum(b * math.log(b / a) for a, b in zip(q, p, strict=True)),
         "bits": extra / math.log(2)})),
    "hinge": number(4, mistakes=rank(
        {"other way": 0, "distance": 3, "cross-entropy": math.log(1 + math.exp(3)), "divided": 2})),
    "tenfold": number(0.0002, tolerance=2e-5, mistakes=rank({"tenth": 0.002, "trained": 0, "fewer": 0.02})),
    "pictures": number(0, mistakes=rank({"below": 1 / 3, "tie": 1 / 6, "third": 2 / 3})),
    "seven": number(7 / 2, mistakes=rank({"two": 7, "three": 3, "upside": 2 / 7})),
    "at_most": number(72, mistakes=rank(
        {"bound": 50 / math.log(2), "ln 10": [21, 50 / math.log(10), 22], "nats": 50, "share": 0.25 / math.log(2),
         "all": 200, "average": [44, 200 * (1 - math.exp(-0.25))]})),
    "twice": number(math.log(1 + 1 / math.e), unit="nats", mistakes=rank(
        {"without": 0, "probability": 1 / (1 + 1 / math.e), "nothing": math.log(2), "worst": math.log(1 + math.e)})),
    "kept": number(0.925, tolerance=0.002, mistakes=rank({"without": 0.9, "others": 0.9 + 0.1 / 3, "wrong": 0.025})),
    "weighted": number(-0.375, mistakes=rank({"sign": 0.375, "rows": -0.75, "unweighted": -0.25, "sum": -1.5})),
    "devices": number(2, mistakes=rank({"of all": 4, "its own": 3, "as it is": 1})),
    "mean": number(-0.9 * math.log(0.99) - 0.1 * math.log(0.01) + 0.0823, unit="nats", mean_of=10),
    "pick": shape("(3, 3)", mistakes={f"It is {name}.": text for name, text in
                                      {"row": "(3,)", "all": "(3, 5)", "turned": "(5, 3)"}.items()}),
    "pixels": shape("(N, d_1, d_2)", sizes={"N": 2, "C": 5, "d_1": 3, "d_2": 4}, mistakes={
        "It is C gone.": "(N, C, d_1, d_2)", "It is one each.": "(N,)"}),
}  # fmt: skip


def wanted(key, outcome):
    """The state and the pattern of the reply that an outcome of typed.yaml is short for."""
    read, short, name = re.fullmatch(r"(?:read (\S+) )?(short )?(.*)", outcome).groups()
    own = name.startswith("'")
    if name == "right":
        state, text = "right", f"Right: {re.escape(key.get('said', ''))}\\."
    elif own:
        state, text = "wrong", f"It is {re.escape(name[1:-1])}\\."
    else:
        mistakes = ("sign", "in_bits", "in_nats", "upside", "odds", "sum", "halved", "other")
        state = "wrong" if name in mistakes else None
        text = re.escape(WORDS[name]).replace(r"\{\}", ".+")
    if short:
        text = f"If that is short for [−.0-9]+: {text}"
    # What a formula comes to is said to every wrong one.
    seen = (
        f"Read as {re.escape(read)}\\. " if read else r"(?:Read as \S+\. )?" if state == "wrong" and not short else ""
    )
    return state, seen + text


def test_there_are_enough_of_them():
    outcomes = [(outcome, texts) for question in TYPED.values() for outcome, texts in question.items()]
    wrong = sum(
        len(texts)
        for outcome, texts in outcomes
        if "'" in outcome or outcome.split()[-1] in WORDS and wanted({}, outcome)[0] == "wrong"
    )
    assert sum(len(texts) for _, texts in outcomes) - wrong >= 400 and wrong >= 245


@pytest.mark.parametrize("question", QUESTIONS)
def test_typed_answers_get_the_wanted_reply(question):
    key = unseal(ask("ex", QUESTIONS[question], hints=["one"]).key)
    cases = [(text, outcome) for outcome, texts in TYPED[question].items() for text in texts]
    said = replies([(key, text, 0) for text, _ in cases])
    faults = []
    for (text, outcome), reply in zip(cases, said, strict=True):
        state, pattern = wanted(key, outcome)
        hinted = 1 if outcome == "other" else 0
        if (reply.state, reply.given) != (state, hinted) or not re.fullmatch(pattern, reply.text):
            faults.append(f"{text!r} should be {outcome}, is {reply.state}: {reply.text}")
    assert faults == [], "\n".join(["", *faults])
