"""Exercises that answer, in Python: what each kind takes, names and refuses; and that the browser says the same."""

from __future__ import annotations

import math
import random

import pytest
import torch

from javascript import run_node
from kernelfree import ask, choice, judge, number, order, shape
from kernelfree.exercises.asking import seal, unseal
from kernelfree.exercises.questions import ExerciseError
from kernelfree.exercises.replies import WORDS, help_with, respond
from project import source

BITS = "That is in bits."
SIGN = "The sign is wrong."


def uniform(**more):
    mistakes = {BITS: math.log2(5), SIGN: torch.tensor(-math.log(5))}
    question = number(torch.tensor(5.0).log(), unit="nats", mistakes=mistakes)
    return ask("ex-uniform", question, hints=["one", "two"], **more)


def lines():
    return ask(
        "ex-order",
        order(["scores", "softmax", "pick", "log"], mistakes={"Pick first.": ["scores", "softmax", "log", "pick"]}),
    )


def sizes():
    question = shape("(N, C)", sizes={"N": 3, "C": 5}, mistakes={"N comes first.": "(C, N)", "All in one.": "(N*C,)"})
    return ask("ex-shape", question)


def pick():
    return ask("ex-choice", choice([("one", False, "No: one."), ("two", True, "Two."), ("three", False, "No: three.")]))


def several():
    options = [("a loss", True, "Yes."), ("accuracy", False, "Its slope is 0."), ("NLL", True, "")]
    return ask("ex-several", choice(options, several=True))


def opinion():
    return ask("ex-judge", judge("The model answer."))


@pytest.mark.parametrize(
    "text", ["1.609", "1,61", "ln 5", "-ln(1/5)", "1.6094 nats", "1.61 nat", "log(5)", "(2 ln 5) / 2"]
)
def test_a_number_in_any_spelling_is_right(text):
    exercise = uniform()
    assert exercise.check(text).state == exercise.state == "right"
    assert "1.6094 nats" in exercise.reply


def test_a_named_mistake_is_told_in_its_words():
    assert str(uniform().check("log2(5)")) == BITS
    assert str(uniform().check(-1.609)) == SIGN
    assert uniform().check("-1.609").state == "wrong"


def test_other_answers_get_hint_after_hint_and_then_the_answer():
    exercise = uniform()
    replies = [exercise.check(text) for text in ("7", "7", "8", "9")]
    assert [reply.state for reply in replies] == ["wrong", "wrong", "wrong", "shown"]
    assert [word in str(reply) for word, reply in zip(("one", "one", "two", "1.6094"), replies, strict=True)] == [
        True
    ] * 4
    assert [str(uniform().hint()), exercise.hint().state] == ["Hint: one", "shown"]


@pytest.mark.parametrize(
    "text", ["", "1e999", "🎉", "x" * 10_000, "<script>alert(1)</script>", "1.6", "2.32 bits", "ln 1/5"]
)
def test_what_cannot_be_an_answer_is_refused_and_costs_nothing(text):
    exercise = uniform()
    reply = exercise.check(text)
    assert reply.state is None and reply.text and exercise.state == "open" and exercise.given == 0
    assert text[:50] == "" or text[:50] not in reply.text


def test_a_choice():
    assert [pick().check(answer).state for answer in ("b", "B)", "two")] == ["right"] * 3
    assert str(pick().check("c")) == "No: three."
    assert [pick().check(answer).state for answer in ("", "d", "a, b", "🎉", "two words")] == [None] * 5
    assert [several().check(answer).state for answer in ("a, c", "ca", ["NLL", "a loss"])] == ["right"] * 3
    assert str(several().check("a")) == WORDS["missing"]
    assert str(several().check("abc")) == "Its slope is 0."


def test_an_order_starts_neither_right_nor_as_a_named_mistake():
    exercise = lines()
    right = ["scores", "softmax", "pick", "log"]
    assert exercise.check(right).state == "right"
    assert str(lines().check(["scores", "softmax", "log", "pick"])) == "Pick first."
    assert lines().check("a, b, c, d").state == "wrong" and lines()._key["answer"] != [0, 1, 2, 3]
    assert lines().check("a, b").state is None
    assert lines()._key == exercise._key


def test_shapes_are_compared_by_what_they_come_to():
    for text in ("(N, C)", "n,c", "[3, 5]", "torch.Size([3, 5])", "N x C", "(3, C)", "(N, 10/2)"):
        assert sizes().check(text).state == "right", text
    assert str(sizes().check("(5, 3)")) == "N comes first."
    assert str(sizes().check("15")) == str(sizes().check("(C*N,)")) == "All in one."
    assert sizes().check("()").state == "wrong"
    assert [sizes().check(text).state for text in ("", "(N, K)", "(N,, C)", "(0.5,)", "-1, 3", "9" * 300)] == [None] * 6
    assert ask("ex-scalar", shape("()")).check("scalar").state == "right"


def test_an_open_question_shows_a_model_answer_and_lets_the_reader_judge():
    exercise = opinion()
    assert str(exercise.check("I think so.")) == "Compare with this: The model answer."
    assert exercise.state == "shown"
    assert exercise.judge(False).state == "wrong" and exercise.judge(True).state == exercise.state == "right"
    assert opinion().check(" ").state is None and opinion().check("x" * 2001).state is None
    with pytest.raises(TypeError, match="open question"):
        uniform().judge(True)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: number(1.0, mistakes={"near": 1.009}), ["'near'", "the answer", "tolerance"]),
        (lambda: number(1.0, mistakes={"one": 2, "two": 2.001}), ["'one'", "'two'"]),
        (lambda: number(math.inf), ["finite"]),
        (lambda: number(1.0, mistakes={"nan": math.nan}), ["'nan'", "finite"]),
        (lambda: choice([("a", True, ""), ("b", True, "")]), ["2 options are right"]),
        (lambda: choice([("a", False, "no"), ("b", False, "no")]), ["0 options"]),
        (lambda: choice([("a", True, ""), ("b", False, "")]), ["'b'", "reply"]),
        (lambda: choice([("a", True, ""), ("a", False, "x")]), ["'a'"]),
        (lambda: order(["a", "b", "c"], mistakes={"same": ["a", "b", "c"]}), ["'same'", "answer"]),
        (lambda: order(["a", "b", "c"], mistakes={"other": ["a", "b"]}), ["'other'"]),
        (lambda: shape("(N, C)", sizes={"N": 3, "C": 3}, mistakes={"turned": "(C, N)"}), ["'turned'", "answer"]),
        (lambda: shape("(N, K)", sizes={"N": 3}), ["'(N, K)'", "N"]),
        (lambda: judge(" "), ["model answer"]),
    ],
)
def test_what_cannot_be_told_apart_is_an_error_that_names_it(make, named):
    with pytest.raises(ExerciseError) as refused:
        make()
    for words in named:
        assert words in str(refused.value)


def test_a_bad_name_and_hints_that_are_one_text_are_refused():
    with pytest.raises(ValueError, match="lower-case"):
        ask("Ex Uniform", judge("x"))
    with pytest.raises(ExerciseError, match="list"):
        ask("ex", judge("x"), hints="a hint")


def test_the_answer_does_not_stand_in_what_the_page_gets(monkeypatch, tmp_path):
    monkeypatch.setenv("KERNELFREE_BUILD", str(tmp_path / "progress"))
    shown = str(uniform()._repr_mimebundle_())
    for secret in ("1.609", "in bits", "sign is", "hint"):
        assert secret not in shown.replace("kf-hint", "")
    assert unseal("ex-a", seal("ex-a", {"said": "−1 𝄞"})) == {"said": "−1 𝄞"}


def test_on_paper_there_is_room_to_write_and_boxes():
    assert "____" in uniform()._picture()._repr_mimebundle_()["text/plain"]
    assert pick()._picture()._repr_mimebundle_()["text/plain"].splitlines()[1] == "[ ] b) two"
    assert str(several()._picture().svg()).count("kf-box") == 3


def test_texts_are_shown_as_texts():
    page = ask("ex-x", choice([("<b>bold</b> & `x < 1`", True, ""), ("b", False, "no")]))._picture().svg()
    assert "<b>" not in page and "&lt;b&gt;bold&lt;/b&gt; &amp; <code>x &lt; 1</code>" in page


def test_python_and_the_browser_reply_the_same():
    draw = random.Random(3)
    typed = [
        "",
        "ln 5",
        "1/0",
        "ln 1/5",
        "🎉",
        "(" * 300,
        "1.6",
        "1,6 nats",
        "2.3 bits",
        "7",
        "nats",
        "log2 5",
        "-1.61",
        "a",
        "b",
        "c, a",
        "a, a",
    ]
    typed += ["(N, C)", "(C, N)", "N x C", "15", "scalar", "Size[3,5]", "{3, 5}", "d, c, b, a", "Because.", "x" * 2001]
    typed += [", ".join(draw.sample("abcd", draw.randint(1, 4))) for _ in range(60)]
    typed += [
        "".join(draw.choice("0123456789.,-()[]NCx abc*/lnbits🎉") for _ in range(draw.randint(1, 9)))
        for _ in range(800)
    ]
    keys = [exercise._key for exercise in (uniform(), pick(), several(), lines(), sizes(), opinion())]
    cases = [[number, text, draw.randint(0, 2)] for number in range(len(keys)) for text in typed]
    script = """
    import { readFileSync } from "node:fs";
    const { respond, help } = await import(process.env.MODULE);
    const { keys, cases } = JSON.parse(readFileSync(0, "utf8"));
    const replies = cases.map(([k, text, given]) => respond(keys[k], text, given));
    const helped = keys.map((key) => [0, 1, 2].map((given) => help(key, given)));
    process.stdout.write(JSON.stringify({ replies, helped }));
    """
    said = run_node(script, {"keys": keys, "cases": cases}, source("kernelfree") / "static" / "replies.js")
    for (number_, text, given), there in zip(cases, said["replies"], strict=True):
        here = respond(keys[number_], text, given)
        assert there == {"state": here.state, "text": here.text, "given": here.given}, (keys[number_]["kind"], text)
    for key, helped in zip(keys, said["helped"], strict=True):
        for given, there in enumerate(helped):
            here = help_with(key, given)
            assert there == {"state": here.state, "text": here.text, "given": here.given}
