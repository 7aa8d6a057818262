"""What an author may ask, what is refused with which error, and what a page, a notebook and paper get of it."""

from __future__ import annotations

import math
import re

import pytest
import torch

from askback import ExerciseError, ask, choice, gaps, guess, judge, match, number, order, shape, variant
from askback.directive import described
from askback.exercise import DEALT, deal, drawing, reader, seal, unseal
from askback.questions import plain
from askback.sphinx import _NAME, Listed


def key(exercise):
    return unseal(exercise.key)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: number(1.5, mistakes={"near": 1.509}), ["'near'", "the answer", "tolerance"]),
        (lambda: number(1.0, mistakes={"one": 2, "two": 2.001}), ["'one'", "'two'"]),
        (lambda: number(math.inf), ["finite"]),
        (lambda: number(1.0, mistakes={"nan": math.nan}), ["'nan'", "finite"]),
        (lambda: number(1.0, tolerance=-1), ["tolerance", "-1"]),
        (lambda: choice([("a", True, ""), ("b", True, "")]), ["2 options are right"]),
        (lambda: choice([("a", False, "no"), ("b", False, "no")]), ["0 options"]),
        (lambda: choice([("a", True, ""), ("b", False, "")]), ["'b'", "reply"]),
        (lambda: choice([("a", True, ""), ("a", False, "x")]), ["'a'"]),
        (lambda: choice([("a", True, "")]), ["2 to 26 options, got 1"]),
        (lambda: order(["a", "b"]), ["3 to 26"]),
        (lambda: order(["a", "b", "c"], mistakes={"same": ["a", "b", "c"]}), ["'same'", "answer"]),
        (lambda: order(["a", "b", "c"], mistakes={"other": ["a", "b"]}), ["'other'"]),
        (lambda: shape("(N, C)", sizes={"N": 3, "C": 3}, mistakes={"turned": "(C, N)"}), ["'turned'", "answer"]),
        (lambda: shape("(N, K)", sizes={"N": 3}), ["'(N, K)'", "N"]),
        (lambda: shape("(0.5,)"), ["'(0.5,)'", "none"]),
        (lambda: shape("(2, -1)"), ["'(2, -1)'"]),
        (lambda: shape("(3, 5"), ["'(3, 5'"]),
        (lambda: judge(" "), ["model answer"]),
        (lambda: ask("ex", judge("x"), hints="a hint"), ["ex", "list"]),
        (lambda: number(2.0, mistakes={"near": 2.001}), ["'near'", "the answer"]),
        (lambda: ask("ex", number(1), difficulty="fiendish"), ["ex", "easy, medium, hard", "'fiendish'"]),
        (
            lambda: ask("ex", lambda draw: variant("Bits?", number(1, unit=draw("bits", "nats")))),
            ["same form", "Bits?"],
        ),
        (lambda: gaps("{} and {}", number(1)), ["2 gaps", "1 parts"]),
        (lambda: gaps("{}", judge("x")), ["Judge"]),
        (lambda: gaps("{}", choice([("a", True, ""), ("b", False, "no")], several=True)), ["Choice"]),
        (lambda: match({"a": "1", "b": "2"}, mistakes={"No.": ("a", "1")}), ["('a', '1')", "belong"]),
        (
            lambda: ask("ex", lambda draw: variant("?", number(1.0, mistakes={"same": draw(1, 2)}))),
            ["'same'", "answer"],
        ),
    ],
)
def test_a_question_that_cannot_be_answered_is_an_error_that_names_it(make, named):
    with pytest.raises(ExerciseError) as refused:
        make()
    for words in named:
        assert words in str(refused.value)


def test_the_list_tells_kind_difficulty_and_what_is_trained():
    exercise = ask("ex", match({"a": "1", "b": "2"}), trains='know "a" < b', difficulty="easy")
    about = {**exercise.root_attributes(), "kind": re.search('data-kind="([a-z]+)"', exercise.form_html())[1]}
    assert (about["data-difficulty"], about["data-trains"], about["kind"]) == ("easy", 'know "a" < b', "match")
    assert key(exercise)["kind"] == "gaps"
    told = Listed("ex", "", "match", "easy", 'know "a" < b', varied=True).html()
    assert "pairs, easy, other numbers" in told and "know &quot;a&quot; &lt; b" in told


def test_what_reads_typed_answers_comes_to_those_alone_and_a_page_loads_it_later(monkeypatch, tmp_path):
    assert "data-reader" not in ask("ex", judge("x")).root_attributes()
    assert "separators" in ask("ex", number(1))._esm
    monkeypatch.setenv("KERNELFREE_BUILD", str(tmp_path / "progress"))
    exercise, (name, content) = ask("ex", number(1)), reader()
    assert exercise.root_attributes()["data-reader"] == name and "separators" not in exercise._esm
    assert re.fullmatch(r"numbers\.[0-9a-f]{8}\.js", name) and "separators" in content


def test_a_name_must_fit_an_address():
    with pytest.raises(ValueError, match="lower-case"):
        ask("Ex Uniform", judge("x"))


def test_numbers_may_be_tensors_and_one_reply_may_answer_several():
    question = number(torch.tensor(5.0).log(), unit="nats", mistakes={"No.": [1, torch.tensor(2.0)]})
    assert question.key()["mistakes"] == [[1.0, "No."], [2.0, "No."]]
    assert question.key()["said"] == "1.6094 nats"


@pytest.mark.parametrize(
    ("text", "sizes"), [("(N, C)", [3, 5]), ("N, C", [3, 5]), ("(N*C,)", [15]), ("15", [15]), ("()", []), ("[2]", [2])]
)
def test_an_author_s_shape_is_evaluated_with_its_sizes(text, sizes):
    assert shape(text, sizes={"N": 3, "C": 5}).answer == sizes


def test_an_order_starts_neither_right_nor_reversed_nor_as_a_mistake_and_always_the_same():
    right = ["a", "b", "c"]
    mistakes = {"one": ["b", "a", "c"], "two": ["a", "c", "b"], "three": ["b", "c", "a"]}
    assert order(right, mistakes=mistakes).shown == [2, 0, 1]  # the one that is left
    with pytest.raises(ExerciseError, match="every other order"):
        order(right, mistakes={**mistakes, "four": ["c", "a", "b"]})
    assert order("abcdef").shown == order("abcdef").shown


def test_the_answer_does_not_stand_in_what_the_page_gets(monkeypatch, tmp_path):
    monkeypatch.setenv("KERNELFREE_BUILD", str(tmp_path / "progress"))
    exercise = ask(
        "ex-uniform", number(math.log(5), mistakes={"It has base 2.": math.log2(5)}), hints=["p is one in five"]
    )
    shown = str(exercise._repr_mimebundle_())
    for secret in ("1.609", "base 2", "one in five"):
        assert secret not in shown
    assert key(exercise)["hints"] == ["p is one in five"] and key(exercise)["mistakes"] == [
        [math.log2(5), "It has base 2."]
    ]
    assert "<form" not in exercise.form and "--askback-right" not in shown  # the page has both


def test_sealing_keeps_every_character():
    assert unseal(seal({"said": "−1 𝄞"})) == {"said": "−1 𝄞"}


def test_a_notebook_gets_form_and_style_from_the_widget():
    exercise = ask("ex-uniform", number(1.0))
    assert exercise.form == exercise.form_html() and "--askback-right" in exercise._css
    text = exercise._picture()._repr_mimebundle_()["text/html"]
    assert "Run this cell" in text and "____" in text


def test_paper_has_room_to_write_and_boxes_to_tick():
    options = [("one", False, "No."), ("two", True, ""), ("three", False, "No.")]
    picture = ask("ex-choice", choice(options))._picture()
    assert picture.svg().count("askback-box") == 3
    assert picture._repr_mimebundle_()["text/plain"].splitlines()[1] == "[ ] b) two"
    assert plain(judge("x").paper()).splitlines() == ["Your answer:", *["_" * 60] * 3]


def test_texts_are_escaped():
    html = ask("ex-x", choice([("<b>bold</b> & `x < 1`", True, ""), ("b", False, "no")]))._picture().svg()
    assert "<b>" not in html and "&lt;b&gt;bold&lt;/b&gt; &amp; <code>x &lt; 1</code>" in html


def test_a_guess_answers_like_an_exercise_and_is_not_listed():
    asked, guessed = (make("ex-one", number(1), hints=["a hint"]) for make in (ask, guess))
    assert guessed.key == asked.key and guessed.form_html() == asked.form_html()

    def tag(exercise):
        return " ".join(f'{name}="{value}"' for name, value in exercise.root_attributes().items())

    assert _NAME.search(tag(asked))[1] == "ex-one" and _NAME.search(tag(guessed)) is None
    with pytest.raises(ExerciseError, match="hints is a list"):
        guess("ex-one", number(1), hints="a hint")


def rain(draw):
    chance = draw(1 / 8, 1 / 4, 1 / 16, 1 / 2)
    wrong = {"That is in bits.": -math.log2(chance), "That is the odds.": 1.0}
    asked = f"Rain had a probability of {chance:g}. What is the loss?"
    return variant(asked, number(-math.log(chance), mistakes=wrong), hints=[f"-ln {chance:g}"])


def test_a_recipe_is_dealt_with_the_numbers_of_the_text_first_and_then_others():
    sealed = key(ask("ex-rain", rain))
    assert sealed["answer"] == math.log(8) and "asked" not in sealed
    others = sealed["variants"]
    # One half, where two mistakes coincide, is left out.
    assert sorted(other["answer"] for other in others) == [math.log(4), math.log(16)]
    assert all(f"{math.exp(-other['answer']):g}" in other["asked"] + other["hints"][0] for other in others)
    assert key(ask("ex-rain", rain)) == sealed
    many = key(ask("ex-many", lambda draw: variant(f"{draw(*range(100))}?", number(1))))
    assert len(many["variants"]) == DEALT - 1


def test_every_variant_can_be_asked_for():
    assert len(deal(rain, range(200))) == 3 and drawing(0)(1, 2, 3) == 1
    assert {drawing(seed)(1, 2, 3) for seed in range(1, 50)} == {1, 2, 3}


def test_only_an_exercise_with_variants_offers_other_numbers():
    assert "askback-again" in ask("ex-rain", rain).form_html()
    assert "askback-again" not in ask("ex-one", number(1)).form_html()


@pytest.mark.parametrize(
    ("x", "said"), {2 / 3: "2/3 (0.6667)", 0.25: "0.25", -7 / 2: "−3.5", 1e-4: "0.0001", 1e7: "1e+07", 0: "0"}.items()
)
def test_numbers_are_said_as_people_write_them(x, said):
    assert number(x).key()["said"] == said


def test_whole_numbers_are_asked_for_exactly():
    assert number(72).tolerance == 0 and number(0).tolerance == 0 and number(7 / 2).tolerance == 0.005


def test_gaps_are_fields_and_menus_with_labels_and_blanks_on_paper():
    asked = gaps(
        "`p` is {},\nso the loss is {} and {}.",
        number(0.5),
        number(1, unit="bits"),
        match({"x": "a<b", "y": "c"}).parts[0],
    )
    assert asked.form().count("<p ") == 2 and "<code>p</code>" in asked.form() and "a&lt;b" in asked.form()
    assert [f'aria-label="{label}"' in asked.form() for label in ("a", "b, in bits", "c")] == [True] * 3
    assert asked.paper().count("askback-blank") == 3 and "<input" not in asked.paper()
    assert plain(asked.paper()).startswith("`p` is __________ ,\nso the loss is __________ bits and __________ (")


def test_a_figure_can_be_asked_for_the_answer():
    question = number(1.5, found_in=("temperature", "t"))
    assert question.key()["found_in"] == ("temperature", "t") and "askback-take" in question.form()
    assert "askback-take" not in number(1.5).form() and "found_in" not in number(1.5).key()


def test_an_exercise_may_be_described_without_python():
    given = {"number": 0.05, "mistakes": {"Odds.": 1 / 19}, "tolerance": 0.001, "hints": ["one"]}
    assert (
        described("ex-a", dict(given)).key
        == ask("ex-a", number(0.05, tolerance=0.001, mistakes={"Odds.": 1 / 19}), hints=["one"]).key
    )
    options = [{"right": "log-probabilities"}, {"wrong": "logits", "reply": "That is `cross_entropy`."}]
    assert described("ex-b", {"choice": options}).question.options == [
        ("log-probabilities", True, ""), ("logits", False, "That is `cross_entropy`."),
    ]  # fmt: skip
    for wrong in ({}, None, {"number": 1, "judge": "x"}, {"guess": 1}):
        with pytest.raises(ExerciseError, match="ex-c: give the answer under one of number, choice"):
            described("ex-c", wrong)
