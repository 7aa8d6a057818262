"""What a reader may type, what is replied and what is refused: the JavaScript of the pages, run under Node."""

from __future__ import annotations

import math

import pytest

from answers import replies, reply, run, words
from askback import ask, choice, gaps, judge, match, number, order, shape
from askback.exercise import unseal

BITS = "That is in bits."


def key(question, hints=()):
    exercise = ask("ex", question, hints=list(hints))
    return unseal(exercise.key)


UNIFORM = key(
    number(math.log(5), unit="nats", mistakes={BITS: math.log2(5), "The sign is wrong.": -math.log(5)}), ["one", "two"]
)
PICK = key(choice([("one", False, "No: one."), ("two", True, "Two."), ("three", False, "No: three.")]))
SEVERAL = key(
    choice([("a loss", True, "Yes."), ("accuracy", False, "Its slope is 0."), ("NLL", True, "")], several=True)
)
LINES = key(order(["scores", "softmax", "pick", "log"], mistakes={"Pick first.": ["scores", "softmax", "log", "pick"]}))
SIZES = key(
    shape("(N, C)", sizes={"N": 3, "C": 5}, mistakes={"N comes first.": "(C, N)", "All in one.": "(N*C,)"}), ["one"]
)
OPINION = key(judge("The model answer."))


def states(key, *texts):
    return [said.state for said in replies([(key, text, 0) for text in texts])]


def lines(items):
    """The letters that bring the lines into the order ``items``, given as numbers of the right order."""
    return ", ".join(chr(97 + LINES["answer"][item]) for item in items)


def test_a_number_in_any_spelling_is_right():
    typed = ["1.609", "1,61", "ln 5", "-ln(1/5)", "1.6094 nats", "1.61 nat", "log(5)", "(2 ln 5) / 2"]
    assert states(UNIFORM, *typed) == ["right"] * len(typed)
    assert reply(UNIFORM, "ln 5").text == "Right: 1.6094 nats."


def test_a_named_mistake_gets_its_reply_and_costs_no_hint():
    assert reply(UNIFORM, "log2(5)") == ("wrong", f"Read as 2.32193. {BITS}", 0)
    assert reply(UNIFORM, "2.322") == ("wrong", BITS, 0)
    assert reply(UNIFORM, "-1.609", given=1) == ("wrong", "The sign is wrong.", 1)


def test_other_answers_get_hint_after_hint_and_never_the_answer():
    for given, then in ((0, 1), (1, 2), (2, 2)):
        assert reply(UNIFORM, "7", given) == ("wrong", words()["other"], then)
    assert reply(LINES, "a, b, c, d") == ("wrong", words()["other"], 1)  # an author without hints
    assert reply(UNIFORM, None, 2) == ("shown", "The answer: 1.6094 nats.", 2)


def test_a_right_answer_carries_the_insight():
    exercise = ask("ex", number(2 / 3), insight="Two of three.")
    assert reply(unseal(exercise.key), "2/3").text == "Right: 2/3 (0.6667). Two of three."


@pytest.mark.parametrize(
    ("text", "why"),
    {
        "": "empty", "1e999": "infinite", "🎉": "unreadable", "x" * 10_000: "long", "ln 1/5": "brackets", "1.6": "near",
        "<script>alert(1)</script>": "unreadable",
    }.items(),
)  # fmt: skip
def test_no_answer_at_all_is_refused_and_costs_nothing(text, why):
    assert reply(UNIFORM, text) == (None, words()[why], 0)


def test_another_unit_is_refused_by_its_name():
    assert reply(UNIFORM, "2.32 bits") == (None, "That is in bits. The answer is asked for in nats.", 0)


def test_a_choice():
    assert states(PICK, "b", "B)", "b.") == ["right"] * 3
    assert reply(PICK, "c").text == "No: three."
    assert states(PICK, "", "d", "a, b", "🎉", "two words") == [None] * 5
    assert states(SEVERAL, "a, c", "ca", "C A") == ["right"] * 3
    assert reply(SEVERAL, "a") == ("wrong", words()["missing"], 0)
    assert reply(SEVERAL, "abc").text == "b) Its slope is 0."
    assert reply(SEVERAL, "ac").text == "a) Yes."


def test_an_order():
    assert reply(LINES, lines([0, 1, 2, 3])).state == "right"
    assert reply(LINES, lines([0, 1, 3, 2])).text == "Pick first."
    assert states(LINES, "a, b, c, d", "a, b", "a, a, b, c") == ["wrong", None, None]


def test_shapes_are_compared_by_their_numbers():
    typed = [
        "(N, C)",
        "n,c",
        "[3, 5]",
        "torch.Size([3, 5])",
        "{3, 5}",
        "N x C",
        "3 × 5",
        "(3, C)",
        "(N, 10/2)",
        "3,5,",
        "N C",
    ]
    assert states(SIZES, *typed) == ["right"] * len(typed)
    assert reply(SIZES, "(5, 3)").text == "N comes first."
    assert reply(SIZES, "15").text == reply(SIZES, "(C*N,)").text == "All in one."
    assert states(SIZES, "()", "3, 5, 1") == ["wrong"] * 2
    assert states(SIZES, "", "(N, K)", "(N,, C)", "(0.5,)", "-1, 3", "9" * 300) == [None] * 6
    assert states(key(shape("()")), "scalar", "()") == ["right"] * 2


def test_an_open_question_shows_the_model_answer():
    assert reply(OPINION, "I think so.") == ("shown", "Compare with this: The model answer.", 0)
    assert states(OPINION, " ", "Yes.", "x" * 2001) == [None] * 3


STEPS = key(gaps("{} bits are\n{}", number(3, mistakes={"Odds.": 7}), number(math.log(8), unit="nats")), ["a hint"])
PAIRS = key(match({"cross-entropy": "log", "hinge": "margin"}, mistakes={"Hinge has no log.": ("hinge", "log")}))


def test_each_gap_is_checked_by_itself():
    assert reply(STEPS, "3\n2.08") == ("right", "a) Right: 3.\nb) Right: 2.0794 nats.", 0)
    assert reply(STEPS, "3\n") == (None, "a) Right: 3.", 0)
    assert reply(STEPS, "\n3 bits") == (None, "b) That is in bits. The answer is asked for in nats.", 0)
    assert reply(STEPS, "7\nln 8") == ("wrong", "a) Odds.\nb) Right: 2.0794 nats.", 0)
    assert reply(STEPS, "4\nln 8").given == 1
    assert reply(STEPS, "\n") == (None, words()["empty"], 0)
    assert reply(STEPS, None).text == "The answer: a) 3; b) 2.0794 nats."


def test_pairs_are_gaps_with_menus():
    (log, _), (_, margin) = ([part["options"].index([1, ""]) for part in PAIRS["parts"]] for _ in range(2))
    a, b = (chr(97 + place) for place in (log, margin))
    assert reply(PAIRS, f"{a}\n{b}") == ("right", "a) Right.\nb) Right.", 0)
    assert reply(PAIRS, f"{b}\n{a}") == ("wrong", "a) That belongs elsewhere.\nb) Hinge has no log.", 0)
    assert {part["said"][3:] for part in PAIRS["parts"]} == {"log", "margin"}


# --- numbers as people type them -----------------------------------------------------------------------------------

TAKEN = {
    "-0.94": -0.94, "−0.94": -0.94, "–0,94": -0.94, "2,5": 2.5, ".5": 0.5, "5.": 5, "1e-3": 1e-3,
    "ln 5": math.log(5), "LN(5)": math.log(5), "log(2)/2": math.log(2) / 2, "-math.log(1/5)": math.log(5),
    "log2 8": 3, "log₂ 8": 3, "log_2(8)": 3, "log10(1000)": 3, "1/3": 1 / 3, "1 ÷ 4": 0.25, "2^-3": 0.125,
    "2**-3": 0.125, "2⁻³": 0.125, "-2^2": -4, "2^3^2": 512, "e^-1": math.exp(-1), "exp(-1)": math.exp(-1),
    "2e": 2 * math.e, "2 ln 5": 2 * math.log(5), "3ln2": 3 * math.log(2), "ln2^3": math.log(8),
    "ln(2)^2": math.log(2) ** 2, "1/2 ln 2": math.log(2) / 2, "ln 2 ln 3": math.log(2) * math.log(3),
    "√2": math.sqrt(2), "sqrt(2)/2": math.sqrt(0.5), "2π": 2 * math.pi, "50%": 0.5, "½": 0.5, "3½": 3.5, "max(0, 4)": 4,
    "log(8, 2)": 3,
    "6 / 2 (1+2)": 9, " 7 ": 7, "2\u00a0·\u20093": 6, "1 - 2 - 3": -4, "8/4/2": 1, "N^2 + C1": 14, "2c1": 10,
}  # fmt: skip
REFUSED = {
    "(" * 199: "unreadable", "": "empty", "   ": "empty", "1e999": "infinite", "1/0": "infinite", "ln 0": "infinite",
    "ln(-1)": "infinite", "(-8)^(1/3)": "infinite", "10^10^10": "infinite", "1^(1/0)": "infinite", "🎉": "unreadable",
    "<script>alert(1)</script>": "unreadable", "__import__('os')": "unreadable", "2 3": "unreadable",
    "1,000.5": "unreadable", "(1": "unreadable", "1)": "unreadable", "*2": "unreadable", "2^": "unreadable",
    "ln": "unreadable", "five": "unreadable", "constructor": "unreadable", "ln 1/8": "brackets", "1" * 201: "long",
    "(" * 10_000: "long",
}  # fmt: skip


def test_numbers_as_people_type_them():
    script = """return given.map((text) => {
      try { return read(text, { N: 3, C1: 5 }); } catch (error) { return error.why ?? `thrown: ${error}`; }
    });"""
    texts = [*TAKEN, *REFUSED]
    found = dict(zip(texts, run(script, texts), strict=True))
    assert {text: found[text] for text in REFUSED} == REFUSED
    assert {text: found[text] for text in TAKEN} == pytest.approx(TAKEN, rel=1e-12)
