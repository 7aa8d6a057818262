"""The kinds of question an exercise may ask: what is right, the named mistakes, and the form in which one answers."""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, SupportsFloat

from kernelfree.exercises.expression import Unreadable
from kernelfree.exercises.replies import shape_of, spelled
from kernelfree.exercises.tensors import RESERVED, measure

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class ExerciseError(ValueError):
    """An exercise that could not tell right from wrong, or one mistake from another."""


def rich(text: str) -> str:
    """Plain text as HTML, with `code` between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _line(label: str, *, unit: str = "") -> str:
    """One line to type into, with its label and its unit."""
    spoken = f"{label}, in {unit}" if unit else label
    typed = (
        f'<input type="text" class="kf-typed" aria-label="{escape(spoken)}" autocomplete="off" autocapitalize="off"'
        ' spellcheck="false">'
    )
    behind = f' <span class="kf-unit">{escape(unit)}</span>' if unit else ""
    return f'<span class="kf-label" aria-hidden="true">{escape(label)}</span> {typed}{behind}'


@dataclass(frozen=True)
class Number:
    answer: float
    tolerance: float
    unit: str
    mistakes: list[tuple[float, str]]
    kind = "number"

    def key(self) -> dict[str, Any]:
        said = f"{self.answer:.4f}".rstrip("0").rstrip(".") if abs(self.answer) < 1e6 else f"{self.answer:.6g}"
        if abs(self.answer) < 1e-3 and self.answer:
            said = f"{self.answer:.3g}"
        said = said.replace("-", "−") + (f" {self.unit}" if self.unit else "")
        return {
            "answer": self.answer,
            "tolerance": self.tolerance,
            "unit": self.unit,
            "mistakes": [list(pair) for pair in self.mistakes],
            "said": said,
        }

    def form(self) -> str:
        return _line("Your answer", unit=self.unit)

    def paper(self) -> str:
        return f'Your answer: <span class="kf-blank"></span> {escape(self.unit)}'

    def text(self) -> str:
        return f"Your answer: __________ {self.unit}".rstrip()


@dataclass(frozen=True)
class Choice:
    options: list[tuple[str, bool, str]]
    several: bool
    kind = "choice"

    def key(self) -> dict[str, Any]:
        right = [f"{letter}) {text}" for letter, (text, good, _) in zip(_LETTERS, self.options, strict=False) if good]
        options = [[int(good), reply] for _, good, reply in self.options]
        return {"options": options, "several": self.several, "said": ", ".join(right)}

    def form(self) -> str:
        kind = "checkbox" if self.several else "radio"
        rows = "".join(
            f'<label><input type="{kind}" name="option" value="{letter}"><span>{rich(text)}</span></label>'
            for letter, (text, _, _) in zip(_LETTERS, self.options, strict=False)
        )
        legend = "Choose all that hold" if self.several else "Choose one"
        return f'<fieldset class="kf-options"><legend>{legend}</legend>{rows}</fieldset>'

    def paper(self) -> str:
        return "".join(f'<span class="kf-box">{rich(text)}</span>' for text, _, _ in self.options)

    def text(self) -> str:
        return "\n".join(f"[ ] {letter}) {text}" for letter, (text, _, _) in zip(_LETTERS, self.options, strict=False))


@dataclass(frozen=True)
class Order:
    items: list[str]
    #: Places of ``items`` in the order they are shown in at first: ``shown[k]`` is the place of the k-th line.
    shown: list[int]
    mistakes: list[tuple[list[int], str]]
    kind = "order"

    def _letters(self, places: Sequence[int]) -> list[int]:
        """The right place of each line, in a given order of items, as the numbers of their letters."""
        return [self.shown.index(place) for place in places]

    def key(self) -> dict[str, Any]:
        return {
            "answer": self._letters(range(len(self.items))),
            "mistakes": [[self._letters(order), reply] for order, reply in self.mistakes],
            "said": "; ".join(f"{number}. {item}" for number, item in enumerate(self.items, 1)),
        }

    def form(self) -> str:
        rows = "".join(
            f'<li data-letter="{letter}"><span class="kf-item">{rich(self.items[place])}</span>'
            f'<button type="button" class="kf-up" aria-label="Move up: {escape(self.items[place])}">↑</button>'
            f'<button type="button" class="kf-down" aria-label="Move down: {escape(self.items[place])}">↓</button></li>'
            for letter, place in zip(_LETTERS, self.shown, strict=False)
        )
        return f'<ol class="kf-order" aria-label="Bring into order">{rows}</ol>'

    def paper(self) -> str:
        return "".join(f'<span class="kf-box">{rich(self.items[place])}</span>' for place in self.shown)

    def text(self) -> str:
        return "\n".join(f"{letter}) {self.items[place]}" for letter, place in zip(_LETTERS, self.shown, strict=False))


@dataclass(frozen=True)
class Shape:
    answer: list[int]
    written: str
    sizes: dict[str, int]
    #: Where an expression is asked for: the shapes of what it may use.
    tensors: dict[str, list[int]]
    mistakes: list[tuple[list[int], str]]
    kind = "shape"

    def key(self) -> dict[str, Any]:
        mistakes = [list(pair) for pair in self.mistakes]
        if self.tensors:
            names = {**self.tensors, **self.sizes}
            return {"answer": self.answer, "names": names, "mistakes": mistakes, "said": f"`{self.written}`"}
        numbers = spelled(self.answer)
        said = self.written if self.written == numbers else f"{self.written}, here {numbers}"
        return {"answer": self.answer, "sizes": self.sizes, "mistakes": mistakes, "said": said}

    @property
    def _label(self) -> str:
        return "The expression" if self.tensors else "The shape"

    def form(self) -> str:
        return _line(self._label)

    def paper(self) -> str:
        return f'{self._label}: <span class="kf-blank"></span>'

    def text(self) -> str:
        return f"{self._label}: __________"


@dataclass(frozen=True)
class Judge:
    model: str
    kind = "judge"

    def key(self) -> dict[str, Any]:
        return {"said": self.model}

    def form(self) -> str:
        return (
            '<label class="kf-open"><span class="kf-label">Your answer</span>'
            '<textarea class="kf-typed" rows="3" autocomplete="off"></textarea></label>'
        )

    def paper(self) -> str:
        return '<span class="kf-rules"></span><span class="kf-rules"></span><span class="kf-rules"></span>'

    def text(self) -> str:
        return "Your answer:\n" + "\n".join(["_" * 60] * 3)


Question = Number | Choice | Order | Shape | Judge


def number(
    answer: SupportsFloat,
    *,
    tolerance: float = 0.005,
    unit: str = "",
    mistakes: Mapping[str, SupportsFloat | Sequence[SupportsFloat]] | None = None,
) -> Number:
    """A number to type: right if within ``tolerance`` (absolute) of ``answer``. ``mistakes``: reply -> what it answers.

    Numbers may be tensors. Compute them in the cell. Raises ``ExerciseError`` where some number that a reader might
    type would be right and a mistake at once, or two mistakes.
    """
    right = float(answer)
    wrong = [(float(value), reply) for reply, values in (mistakes or {}).items() for value in _several(values)]
    for value, name in [(right, "the answer"), *((value, repr(reply)) for value, reply in wrong)]:
        if not math.isfinite(value):
            raise ExerciseError(f"{name} is {value}: a number that is asked for, or a mistake, must be finite")
    if not tolerance >= 0:
        raise ExerciseError(f"tolerance must be 0 or more, got {tolerance}")

    def close(a: float, b: float) -> bool:
        return abs(a - b) <= 2 * tolerance + 1e-12

    for value, reply in wrong:
        if close(value, right):
            raise ExerciseError(_coincide(f"the mistake {reply!r} ({value:g})", f"the answer ({right:g})", tolerance))
    for (value, reply), (other, second) in itertools.combinations(wrong, 2):
        if reply != second and close(value, other):
            raise ExerciseError(
                _coincide(f"the mistake {reply!r} ({value:g})", f"the mistake {second!r} ({other:g})", tolerance)
            )
    return Number(right, tolerance, unit, wrong)


def choice(options: Iterable[tuple[str, bool, str]], several: bool = False) -> Choice:
    """One of several options, or ``several`` of them: ``(text, is_right, reply)`` each, in the order shown."""
    listed = [(str(text), bool(right), str(reply)) for text, right, reply in options]
    rights = sum(right for _, right, _ in listed)
    if not 2 <= len(listed) <= len(_LETTERS):
        raise ExerciseError(f"a choice has 2 to {len(_LETTERS)} options, got {len(listed)}")
    if rights < 1 or (rights > 1 and not several):
        raise ExerciseError(f"{rights} options are right: a choice has one right option, or some with several=True")
    texts = [text for text, _, _ in listed]
    for text in texts:
        if texts.count(text) > 1:
            raise ExerciseError(f"two options say the same: {text!r}")
    for text, right, reply in listed:
        if not right and not reply:
            raise ExerciseError(f"the wrong option {text!r} has no reply: say what is wrong with it")
    return Choice(listed, several)


def order(items: Iterable[str], *, mistakes: Mapping[str, Sequence[str]] | None = None) -> Order:
    """Lines to bring into order; given in the right one. ``mistakes``: reply -> the items in a wrong order."""
    right = [str(item) for item in items]
    if not 3 <= len(right) <= len(_LETTERS) or len(set(right)) < len(right):
        raise ExerciseError(f"an order has 3 to {len(_LETTERS)} different items, got {right}")
    wrong: list[tuple[list[int], str]] = []
    for reply, listed in (mistakes or {}).items():
        if sorted(listed) != sorted(right):
            raise ExerciseError(f"the mistake {reply!r} must hold the same items as the answer, got {list(listed)}")
        wrong.append(([right.index(item) for item in listed], reply))
    _tell_apart(list(range(len(right))), wrong, ", ".join(right))
    # Shown in an order that is neither right nor a named mistake, nor wholly reversed, and the same in every build.
    places = list(range(len(right)))
    taken = [places, places[::-1], *(listed for listed, _ in wrong)]
    free = [list(shown) for shown in itertools.islice(itertools.permutations(places), 5000) if list(shown) not in taken]
    if not free:
        raise ExerciseError("every other order of the items is a named mistake: none is left to start from")
    digest = int(hashlib.sha256("\n".join(right).encode()).hexdigest(), 16)
    return Order(right, free[digest % len(free)], wrong)


def shape(
    answer: str,
    *,
    sizes: Mapping[str, int] | None = None,
    tensors: Mapping[str, Any] | None = None,
    mistakes: Mapping[str, str] | None = None,
) -> Shape:
    """A shape to type, such as ``(N, C)``. ``sizes`` gives the names; shapes are compared by what they come to.

    ``(N, C)``, ``3, 5``, ``[3, 5]``, ``torch.Size([3, 5])`` are one answer, ``N*C`` and ``15`` another.

    With ``tensors``, name -> a tensor or its shape as a text, an expression in them is asked for that has the shape of
    ``answer``, itself an expression, as the mistakes are. Any that uses all the tensors and has that shape is right:
    ask for what the shape decides. What may be typed is in ``kernelfree.exercises.tensors``.
    """
    named = {name: int(size) for name, size in (sizes or {}).items()}
    given = {name: _given(name, one, named) for name, one in (tensors or {}).items()}

    def read(text: str) -> list[int]:
        return _expression(text, given, named) if given else _shape(text, named)

    right = read(answer)
    wrong = [(read(text), reply) for reply, text in (mistakes or {}).items()]
    _tell_apart(right, wrong, answer)
    return Shape(right, answer, named, given, wrong)


def judge(model: str) -> Judge:
    """An open question: the reader writes, sees ``model``, a model answer, and judges."""
    if not model.strip():
        raise ExerciseError("an open question needs a model answer to compare with")
    return Judge(" ".join(model.split()))


def _several(values: Any) -> list[Any]:
    return list(values) if isinstance(values, (list, tuple)) else [values]


def _shape(text: str, sizes: Mapping[str, int]) -> list[int]:
    try:
        return shape_of(text, sizes)
    except Unreadable:
        names = ", ".join(sizes) or "none"
        raise ExerciseError(f"{text!r} can't be read as a shape; the names with a size are: {names}") from None


def _given(name: str, tensor: Any, sizes: Mapping[str, int]) -> list[int]:
    if not name.isidentifier() or not name.isascii() or name in RESERVED or name in sizes:
        raise ExerciseError(f"a tensor can't be called {name!r}: that is no name, or means something else already")
    return _shape(tensor, sizes) if isinstance(tensor, str) else [int(size) for size in tensor.shape]


def _expression(text: str, tensors: Mapping[str, list[int]], sizes: Mapping[str, int]) -> list[int]:
    try:
        found, used = measure(text, {**{name: tuple(shape) for name, shape in tensors.items()}, **sizes})
    except Unreadable as error:
        why = "the sizes do not fit" if error.why == "misfit" else "it can't be read"
        raise ExerciseError(f"{text!r} has no shape: {why}; it may use {', '.join([*tensors, *sizes])}") from None
    if unused := [name for name in tensors if name not in used]:
        raise ExerciseError(f"{text!r} does not use {unused[0]}, which an answer must")
    return list(found)


def _tell_apart(right: list[int], wrong: list[tuple[list[int], str]], said: str) -> None:
    for listed, reply in wrong:
        if listed == right:
            raise ExerciseError(_coincide(f"the mistake {reply!r}", f"the answer {said!r}"))
    for (listed, reply), (other, second) in itertools.combinations(wrong, 2):
        if listed == other:
            raise ExerciseError(_coincide(f"the mistake {reply!r}", f"the mistake {second!r}"))


def _coincide(one: str, other: str, tolerance: float | None = None) -> str:
    if tolerance is None:
        return f"{one} and {other} coincide"
    return f"{one} and {other} coincide within the tolerance of {tolerance:g}: ask another case, or set a smaller one"
