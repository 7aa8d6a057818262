"""The shapes of tensor expressions: what is read, what is refused; as torch has it, and the same in the browser."""

from __future__ import annotations

import random
import warnings

import pytest
import torch
import torch.nn.functional as F

from javascript import run_node
from kernelfree import ask, shape
from kernelfree.exercises.expression import Unreadable
from kernelfree.exercises.questions import ExerciseError
from kernelfree.exercises.replies import WORDS
from kernelfree.exercises.tensors import METHODS, measure
from project import source

TENSORS = {
    "logits": torch.zeros(3, 5),
    "output": torch.zeros(3, 1),
    "row": torch.zeros(5),
    "cube": torch.zeros(2, 3, 5),
    "one": torch.zeros(()),
    "target": torch.zeros(3, dtype=torch.long),
    "pair": torch.zeros(2, 1, dtype=torch.long),
}
SIZES = {"N": 3, "C": 5}
NAMES = {name: tuple(tensor.shape) for name, tensor in TENSORS.items()} | SIZES
FLOATS = [name for name, tensor in TENSORS.items() if tensor.is_floating_point()]

READ = {
    "logits": (3, 5),
    " (logits) ": (3, 5),
    "logits.softmax(1)": (3, 5),
    "F.softmax(logits, dim=-1)": (3, 5),
    "torch.softmax(logits, 1)": (3, 5),
    "logits.mean()": (),
    "-logits.log_softmax(dim=1)[range(N), target].mean()": (),
    "logits.log_softmax(1)[range(3), target]": (3,),
    "logits.log_softmax(1)[torch.arange(N), target]": (3,),
    "logits[:, target]": (3, 3),
    "logits - logits.exp().sum(1, keepdim=True).log()": (3, 5),
    "logits − logits.logsumexp(1, keepdim=True)": (3, 5),
    "output.squeeze(1) - target": (3,),
    "output[:, 0] - target": (3,),
    "output.view(-1) - target": (3,),
    "output.reshape(N) - target": (3,),
    "output - target": (3, 3),
    "output - target[:, None]": (3, 1),
    "output - target.unsqueeze(-1)": (3, 1),
    "logits.T @ logits": (5, 5),
    "logits @ row": (3,),
    "row @ row": (),
    "cube @ logits.T": (2, 3, 3),
    "cube.argmax(-1)": (2, 3),
    "cube[0, :, target]": (3, 3),
    "cube[target, 0, pair]": (2, 3),
    "cube[pair, :, target]": (2, 3, 3),
    "cube[:1, 1:, -2:]": (1, 2, 2),
    "cube[:, 2:1]": (2, 0, 5),
    "logits[None]": (1, 3, 5),
    "2 * logits ** 2 / 0.5": (3, 5),
    "logits²": (3, 5),
    "logits.reshape(N * C)": (15,),
    "logits.reshape(-1, 1, N)": (5, 1, 3),
    "logits[one]": None,  # a float that picks: only sizes are looked at
}
REFUSED = {
    "": "empty",
    "x" * 201: "long",
    "🎉": "unreadable",
    "lambda: 1": "unreadable",
    "__import__('os')": "unreadable",
    "logits.__class__": "unreadable",
    "logits.backward()": "unreadable",
    "logits.constructor(1)": "unreadable",
    "constructor": "unreadable",
    "Logits": "unreadable",
    "probs": "unreadable",
    "(3, 5)": "unreadable",
    "N": "unreadable",
    "logits.shape": "unreadable",
    "logits.softmax()": "unreadable",
    "logits.softmax(1, 2)": "unreadable",
    "logits.softmax(dim=1": "unreadable",
    "logits.sum(keepdim=True)": "unreadable",
    "logits.sum(1, keepdim=1)": "unreadable",
    "logits.sum(None)": "unreadable",
    "logits.sum(0.5)": "unreadable",
    "logits.exp(1)": "unreadable",
    "logits.reshape()": "unreadable",
    "logits[True]": "unreadable",
    "logits[]": "unreadable",
    "logits[0": "unreadable",
    "logits logits": "unreadable",
    "softmax(1)": "unreadable",
    "3 @ logits": "unreadable",
    "(" * 199: "unreadable",
    "logits + cube[:, :2]": "misfit",
    "logits @ logits": "misfit",
    "logits @ one": "misfit",
    "logits.sum(2)": "misfit",
    "logits.unsqueeze(3)": "misfit",
    "logits.squeeze(7)": "misfit",
    "logits.reshape(4, -1)": "misfit",
    "logits.reshape(7)": "misfit",
    "logits[3]": "misfit",
    "logits[0, 0, 0]": "misfit",
    "logits[range(2), target]": "misfit",
    "cube.T": "misfit",
    "range(-1)": "misfit",
}


@pytest.mark.parametrize("text", READ)
def test_an_expression_has_the_shape_that_torch_gives_it(text):
    found, _ = measure(text, NAMES)
    if READ[text] is not None:
        assert found == READ[text]
        plain = text.strip().replace("−", "-").replace("²", "**2")
        assert found == tuple(eval(plain, {"torch": torch, "F": F, **SIZES, **TENSORS}).shape)


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:30] or "nothing")
def test_what_is_no_expression_or_does_not_fit_is_refused(text):
    with pytest.raises(Unreadable) as refused:
        measure(text, NAMES)
    assert refused.value.why == REFUSED[text]


class Written:
    """Random expressions, most of which have a shape. Tensors of whole numbers only pick: torch looks at types too."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def some(self, *options: str) -> str:
        return self.draw.choice(options)

    def tensor(self, depth: int) -> str:
        if depth == 0 or self.draw.random() < 0.15:
            return self.some(*FLOATS)
        inner = self.tensor(depth - 1)
        kind = self.draw.randrange(8)
        if kind == 0:
            return f"({inner} {self.some('+', '-', '*', '/')} {self.tensor(depth - 1)})"
        if kind == 1:
            return f"({inner} @ {self.tensor(depth - 1)})"
        if kind == 2:
            return f"{inner}[{', '.join(self.entry() for _ in range(self.draw.randint(1, 3)))}]"
        if kind == 3:
            return f"(-{inner} ** {self.some('2', '0.5', '-1')})" if self.draw.random() < 0.3 else f"({inner} * 2.5)"
        if kind == 4:
            return f"{inner}.reshape({self.some('-1', 'N', '-1, N', 'C, -1', '1, -1', 'N * C', '1, 1, 15', '5, 3')})"
        name = self.some(*(name for name in METHODS if name not in ("reshape", "view", "argmax")))
        return self.called(inner, name)

    def called(self, inner: str, name: str) -> str:
        words = METHODS[name][2]
        given = [self.some("0", "1", "-1", "2", "-2")] if words else []
        if given and self.draw.random() < 0.5:
            given[0] = f"dim={given[0]}"
        if given and "keepdim" in words and self.draw.random() < 0.5:
            given.append(self.some("keepdim=True", "keepdim=False"))
        elif given and METHODS[name][1] == 0 and self.draw.random() < 0.2:
            given = []
        if self.draw.random() < 0.2 and name in ("softmax", "log_softmax", "sum", "mean", "exp", "unsqueeze"):
            return f"torch.{name}({', '.join([inner, *given])})"
        return f"{inner}.{name}({', '.join(given)})"

    def entry(self) -> str:
        picks = (
            "target",
            "pair",
            "range(1)",
            "torch.arange(1)",
            "logits.argmax(1)",
        )  # all zero: torch looks at values too
        plain = (":", ":", "0", "-1", "1:", ":-1", "None", "2", "N - 1", ":2", "-2:9")
        return self.some(*(picks if self.draw.random() < 0.35 else plain))


def test_random_expressions_have_the_shape_that_torch_gives_them():
    written = Written(5)
    fit = misfit = 0
    for _ in range(6000):
        text = written.tensor(written.draw.randint(1, 4))
        if len(text) > 200:
            continue
        try:
            found = measure(text, NAMES)[0]
        except Unreadable as error:
            found = error.why
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # .T of more than two axes is about to be an error
                expected = tuple(eval(text, {"torch": torch, "F": F, **SIZES, **TENSORS}).shape)
        except (RuntimeError, IndexError, UserWarning):
            expected = "misfit"
        assert found == expected, text
        fit, misfit = fit + (expected != "misfit"), misfit + (expected == "misfit")
    assert fit > 1500 and misfit > 500


def test_python_and_the_browser_read_the_same():
    written = Written(7)
    texts = [*READ, *REFUSED, *(written.tensor(written.draw.randint(1, 4)) for _ in range(3000))]
    for _ in range(3000):  # and what is nearly an expression
        letters = list(written.tensor(2))
        for _ in range(written.draw.randint(1, 2)):
            at = written.draw.randrange(len(letters))
            letters[at : at + written.draw.randint(0, 2)] = [written.draw.choice("0123456789.,:()[]+-*/@=^ NTaeF_𝄞")]
        texts.append("".join(letters))
    script = """
    import { readFileSync } from "node:fs";
    const { measure, Unreadable } = await import(process.env.MODULE);
    const { texts, names } = JSON.parse(readFileSync(0, "utf8"));
    const said = texts.map((text) => {
      try {
        return [measure(text, names).sizes];
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        return error.why;
      }
    });
    process.stdout.write(JSON.stringify(said));
    """
    there = run_node(script, {"texts": texts, "names": NAMES}, source("kernelfree") / "static" / "expression.js")
    for text, said in zip(texts, there, strict=True):
        try:
            here = [list(measure(text, NAMES)[0])]
        except Unreadable as error:
            here = error.why
        assert here == said, text


# --- the exercise ---


def difference():
    mistakes = {"That is every output with every target.": "output - target", "A column.": "output - target[:, None]"}
    tensors = {"output": "(N, 1)", "target": torch.zeros(3)}
    question = shape("output.squeeze(1) - target", tensors=tensors, sizes={"N": 3}, mistakes=mistakes)
    return ask("ex-difference", question, hints=["Which axis is too many?"])


def test_any_expression_of_the_right_shape_is_right():
    for text in (
        "output.squeeze(1) - target",
        "target - output[:, 0]",
        "output.view(N) * target",
        "output.T[0]+target",
    ):
        assert str(difference().check(text)) == "Right: (3,).", text
    assert str(difference().check("(output - target)")) == "That is every output with every target."
    assert str(difference().check("output - target.unsqueeze(1)")) == "A column."


def test_other_shapes_are_told_and_hints_follow():
    exercise = difference()
    assert str(exercise.check("(output - target).mean()")) == "That has the shape (). Hint: Which axis is too many?"
    assert str(exercise.hint()) == "The answer: `output.squeeze(1) - target`."


def test_what_is_no_answer_is_refused_and_costs_nothing():
    exercise = difference()
    for text, word in (
        ("", "empty"),
        ("(3,)", "expression"),
        ("output @ target", "misfit"),
        ("output[:, 0] - 1", "use"),
        ("print(1)", "expression"),
    ):
        reply = exercise.check(text)
        assert reply.state is None and exercise.given == 0
        assert str(reply) == WORDS[word].replace("{}", "target"), text


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"mistakes": {"same": "target - output[:, 0]"}}, ["'same'", "coincide"]),
        ({"mistakes": {"one": "output"}}, ["'output'", "target"]),
        ({"mistakes": {"one": "output @ target"}}, ["'output @ target'", "do not fit"]),
        ({"mistakes": {"one": "output - probs"}}, ["can't be read", "output, target"]),
        ({"tensors": {"dim": "(3,)"}}, ["'dim'"]),
        ({"tensors": {"a b": "(3,)"}}, ["'a b'"]),
    ],
)
def test_an_exercise_that_could_not_be_answered_is_an_error(more, named):
    given = {"tensors": {"output": "(3, 1)", "target": "(3,)"}, **more}
    with pytest.raises(ExerciseError) as refused:
        shape("output.squeeze(1) - target", **given)
    for words in named:
        assert words in str(refused.value)
