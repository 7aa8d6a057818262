"""Define the kinds of question: the right answer, the named mistakes, and the form to answer in.

Each kind is a frozen dataclass with the same three methods: ``key`` returns the part of the answer key that is checked
against, as JSON; ``form`` the inputs as HTML; ``paper`` their replacement in print and without JavaScript.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape, unescape
from typing import Any, SupportsFloat

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class ExerciseError(ValueError):
    """The exercise could not tell a right answer from a wrong one, or one mistake from another."""


def rich(text: str) -> str:
    """Escape plain text as HTML, and mark up `code` between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def plain(paper: str) -> str:
    """Return what a kind's ``paper`` says as plain text, for readers of notebooks."""
    for tag, text in (("askback-blank", "_" * 10), ("askback-rules", "\n" + "_" * 60), ("askback-box", "\n[ ] ")):
        paper = paper.replace(f'<span class="{tag}">', text)
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"</?code>", "`", paper.replace("</p>", "\n")))).strip()


def _line(label: str, *, unit: str = "") -> str:
    """Return a text field with its label and unit."""
    behind = f' <span class="askback-unit">{escape(unit)}</span>' if unit else ""
    return f'<span class="kf-label" aria-hidden="true">{escape(label)}</span> {_typed(label, unit)}{behind}'


def _typed(label: str, unit: str) -> str:
    spoken = escape(f"{label}, in {unit}" if unit else label)
    off = 'autocomplete="off" autocapitalize="off" spellcheck="false"'
    return f'<input type="text" class="askback-typed" aria-label="{spoken}" {off}>'


@dataclass(frozen=True)
class Number:
    answer: float
    tolerance: float
    unit: str
    mistakes: list[tuple[float, str]]
    mean_of: int
    #: The live figure and its value that may be taken as the answer.
    found_in: tuple[str, str] | None
    kind = "number"

    def key(self) -> dict[str, Any]:
        return {
            "answer": self.answer,
            "tolerance": self.tolerance,
            "unit": self.unit,
            "mistakes": [list(pair) for pair in self.mistakes],
            **({"mean_of": self.mean_of} if self.mean_of else {}),
            **({"found_in": self.found_in} if self.found_in else {}),
            "said": f"{_said(self.answer)} {self.unit}".rstrip(),
        }

    def form(self) -> str:
        take = '<button type="button" class="askback-take">Take it from the figure</button>'
        return _line("Your answer", unit=self.unit) + (take if self.found_in else "")

    def paper(self) -> str:
        return f'Your answer: <span class="askback-blank"></span> {escape(self.unit)}'


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
        return f'<fieldset class="askback-options"><legend>{legend}</legend>{rows}</fieldset>'

    def paper(self) -> str:
        rows = zip(_LETTERS, self.options, strict=False)
        return "".join(f'<span class="askback-box">{letter}) {rich(text)}</span>' for letter, (text, _, _) in rows)


@dataclass(frozen=True)
class Order:
    items: list[str]
    #: The order of the lines at first: ``shown[k]`` is the index in ``items`` of the k-th line.
    shown: list[int]
    mistakes: list[tuple[list[int], str]]
    kind = "order"

    def _letters(self, places: Sequence[int]) -> list[int]:
        """Translate indices into ``items`` into the letters of the lines shown, a = 0."""
        return [self.shown.index(place) for place in places]

    def key(self) -> dict[str, Any]:
        return {
            "answer": self._letters(range(len(self.items))),
            "mistakes": [[self._letters(order), reply] for order, reply in self.mistakes],
            "said": "; ".join(f"{number}. {item}" for number, item in enumerate(self.items, 1)),
        }

    def form(self) -> str:
        rows = "".join(
            f'<li data-letter="{letter}"><span class="askback-item">{rich(self.items[place])}</span>'
            f'<button type="button" class="askback-up" aria-label="Move up: {escape(self.items[place])}">↑</button>'
            f'<button type="button" class="askback-down" aria-label="Move down: {escape(self.items[place])}">↓</button>'
            "</li>"
            for letter, place in zip(_LETTERS, self.shown, strict=False)
        )
        return f'<ol class="askback-order" aria-label="Bring into order">{rows}</ol>'

    def paper(self) -> str:
        lines = zip(_LETTERS, self.shown, strict=False)
        return "".join(f'<span class="askback-box">{letter}) {rich(self.items[k])}</span>' for letter, k in lines)


@dataclass(frozen=True)
class Shape:
    answer: list[int]
    #: The answer as its author wrote it.
    written: str
    sizes: dict[str, int]
    mistakes: list[tuple[list[int], str]]
    kind = "shape"

    def key(self) -> dict[str, Any]:
        comma = "," if len(self.answer) == 1 else ""
        numbers = f"({', '.join(map(str, self.answer))}{comma})"
        said = self.written if self.written == numbers else f"{self.written}, here {numbers}"
        mistakes = [list(pair) for pair in self.mistakes]
        return {"answer": self.answer, "sizes": self.sizes, "mistakes": mistakes, "said": said}

    def form(self) -> str:
        return _line("The shape")

    def paper(self) -> str:
        return 'The shape: <span class="askback-blank"></span>'


@dataclass(frozen=True)
class Judge:
    model: str
    kind = "judge"

    def key(self) -> dict[str, Any]:
        return {"said": self.model}

    def form(self) -> str:
        return (
            '<label class="askback-open"><span class="kf-label">Your answer</span>'
            '<textarea class="askback-typed" rows="3" autocomplete="off"></textarea></label>'
        )

    def paper(self) -> str:
        return "Your answer:" + 3 * '<span class="askback-rules"></span>'


@dataclass(frozen=True)
class Gaps:
    #: With ``{}`` for each gap.
    sentence: str
    parts: list[Number | Choice | Shape]
    kind = "gaps"

    def key(self) -> dict[str, Any]:
        parts = [{"kind": part.kind, **part.key()} for part in self.parts]
        said = (re.sub(r"^[a-z]\) ", "", part["said"]) for part in parts)  # a choice has letters of its own
        return {"parts": parts, "said": "; ".join(f"{a}) {text}" for a, text in zip(_LETTERS, said, strict=False))}

    def form(self) -> str:
        return self._lines(_field)

    def paper(self) -> str:
        return self._lines(lambda letter, part: f'<span class="askback-blank"></span> {escape(_behind(part))}')

    def _lines(self, gap: Callable[[str, Any], str]) -> str:
        lines = self._filled(rich(self.sentence), gap).split("\n")
        return "".join(f'<p class="askback-line">{line}</p>' for line in lines)

    def _filled(self, text: str, gap: Callable[[str, Any], str]) -> str:
        filled = [*map(gap, _LETTERS, self.parts), ""]
        return "".join(piece + field for piece, field in zip(text.split("{}"), filled, strict=True))


class Match(Gaps):
    kind = "match"

    def key(self) -> dict[str, Any]:
        return {**super().key(), "kind": "gaps"}


def _field(letter: str, part: Number | Choice | Shape) -> str:
    """Return what fills one gap: a text field, or a menu."""
    unit = part.unit if isinstance(part, Number) else ""
    if isinstance(part, Choice):
        texts = zip(_LETTERS, (escape(text) for text, _, _ in part.options), strict=False)
        options = "".join(f'<option value="{value}">{text}</option>' for value, text in [("", "choose"), *texts])
        field = f'<select class="askback-typed" aria-label="{letter}">{options}</select>'
    else:
        field = _typed(letter, unit)
    return f'<span class="askback-gap"><span aria-hidden="true">{letter})</span> {field} {escape(unit)}</span>'


def _behind(part: Number | Choice | Shape) -> str:
    if isinstance(part, Choice):
        return f"({' / '.join(text for text, _, _ in part.options)})"
    return part.unit if isinstance(part, Number) else ""


Question = Number | Choice | Order | Shape | Judge | Gaps


def number(
    answer: SupportsFloat,
    *,
    tolerance: float | None = None,
    unit: str = "",
    mistakes: Mapping[str, SupportsFloat | Sequence[SupportsFloat]] | None = None,
    mean_of: int = 0,
    found_in: tuple[str, str] | None = None,
) -> Number:
    """Ask for a number, right within an absolute ``tolerance`` of ``answer``: by default 0.005, for whole numbers 0.

    ``mistakes`` maps a reply to the wrong number, or the list of wrong numbers, that it answers. Numbers may be
    tensors of one element. With a ``unit``, the reader may type it or leave it out. With ``mean_of=N``, where the
    answer is a mean, the sum is a named mistake. With ``found_in=(figure, value)``, the names of a live figure on the
    same page and of a value set there, the answer can be taken from the figure.

    Raises ``ExerciseError`` if a number is not finite, or if one typed number could match the answer and a mistake, or
    two mistakes.
    """
    right = float(answer)
    listed: Any = [(reply, x if isinstance(x, (list, tuple)) else [x]) for reply, x in (mistakes or {}).items()]
    wrong = [(float(value), reply) for reply, values in listed for value in values]
    for value, name in [(right, "the answer"), *((value, repr(reply)) for value, reply in wrong)]:
        if not math.isfinite(value):
            raise ExerciseError(f"{name} is {value}: a number that is asked for, or a mistake, must be finite")
    if tolerance is None:
        tolerance = 0 if _is_whole(right) else 0.005
    if not tolerance >= 0:
        raise ExerciseError(f"tolerance must be 0 or more, got {tolerance}")

    def close(a: float, b: float, share: float) -> bool:
        near = 0 if _is_whole(a) and _is_whole(b) else share * max(abs(a), abs(b))
        return abs(a - b) <= max(2 * tolerance, near) + 1e-12

    note = f" within the tolerance of {tolerance:g}: ask another case, or set a smaller one"
    _tell_apart(right, wrong, f"{right:g}", close, note)
    return Number(right, tolerance, unit, wrong, mean_of, found_in)


def choice(options: Iterable[tuple[str, bool, str]], several: bool = False) -> Choice:
    """Ask for one option or, with ``several``, for all that are right.

    ``options`` are ``(text, is_right, reply)``, shown in this order. Every wrong option needs a reply.
    Raises ``ExerciseError``.
    """
    listed = [(str(text), bool(right), str(reply)) for text, right, reply in options]
    rights = sum(right for _, right, _ in listed)
    if not 2 <= len(listed) <= len(_LETTERS):
        raise ExerciseError(f"a choice has 2 to {len(_LETTERS)} options, got {len(listed)}")
    if rights < 1 or (rights > 1 and not several):
        raise ExerciseError(f"{rights} options are right: a choice has one right option, or some with several=True")
    texts = [text for text, _, _ in listed]
    if twice := [text for text in texts if texts.count(text) > 1]:
        raise ExerciseError(f"two options say the same: {twice[0]!r}")
    for text, right, reply in listed:
        if not right and not reply:
            raise ExerciseError(f"the wrong option {text!r} has no reply: say what is wrong with it")
    return Choice(listed, several)


def order(items: Iterable[str], *, mistakes: Mapping[str, Sequence[str]] | None = None) -> Order:
    """Ask the reader to sort lines. ``items`` are in the right order; ``mistakes`` maps a reply to a wrong order.

    At first the lines are shown in an order that is neither right nor a mistake, the same in every build.
    Raises ``ExerciseError``.
    """
    right = [str(item) for item in items]
    if not 3 <= len(right) <= len(_LETTERS) or len(set(right)) < len(right):
        raise ExerciseError(f"an order has 3 to {len(_LETTERS)} different items, got {right}")
    wrong: list[tuple[list[int], str]] = []
    for reply, listed in (mistakes or {}).items():
        if sorted(listed) != sorted(right):
            raise ExerciseError(f"the mistake {reply!r} must hold the same items as the answer, got {list(listed)}")
        wrong.append(([right.index(item) for item in listed], reply))
    _tell_apart(list(range(len(right))), wrong, ", ".join(right))
    # The reversed order is a likely mistake as well, so it is no place to start from.
    places = list(range(len(right)))
    taken = [places, places[::-1], *(listed for listed, _ in wrong)]
    free = [list(shown) for shown in itertools.islice(itertools.permutations(places), 5000) if list(shown) not in taken]
    if not free:
        raise ExerciseError("every other order of the items is a named mistake: none is left to start from")
    digest = int(hashlib.sha256("\n".join(right).encode()).hexdigest(), 16)
    return Order(right, free[digest % len(free)], wrong)


def shape(answer: str, *, sizes: Mapping[str, int] | None = None, mistakes: Mapping[str, str] | None = None) -> Shape:
    """Ask for the shape of a tensor, such as ``"(N, C)"`` with ``sizes={"N": 3, "C": 5}``.

    ``mistakes`` maps a reply to a wrong shape. Shapes are compared by their numbers, so the reader may type ``(N, C)``,
    ``3, 5``, ``[3, 5]`` or ``torch.Size([3, 5])``. Raises ``ExerciseError``.
    """
    named = {name: int(size) for name, size in (sizes or {}).items()}
    right = _evaluated(answer, named)
    wrong = [(_evaluated(text, named), reply) for reply, text in (mistakes or {}).items()]
    _tell_apart(right, wrong, answer)
    return Shape(right, answer, named, wrong)


def judge(model: str) -> Judge:
    """Ask an open question: the reader writes an answer, compares it with the ``model`` answer, and judges it."""
    if not model.strip():
        raise ExerciseError("an open question needs a model answer to compare with")
    return Judge(" ".join(model.split()))


def gaps(sentence: str, *parts: Number | Choice | Shape) -> Gaps:
    """Ask for what belongs into the gaps ``{}`` of a sentence, or for the steps of a solution, one a line.

    Each gap has its own part: a ``number``, a ``shape``, or a ``choice`` of one, which becomes a menu. Each is checked
    by itself, so a reader may fill one after the other. Raises ``ExerciseError``.
    """
    wanted = sentence.count("{}")
    if not parts or wanted != len(parts):
        raise ExerciseError(f"the sentence has {wanted} gaps, and there are {len(parts)} parts to fill them")
    for part in parts:
        if not isinstance(part, (Number, Choice, Shape)) or (isinstance(part, Choice) and part.several):
            raise ExerciseError(f"a gap takes a number, a shape or a choice of one, not {part!r:.60}")
    return Gaps(sentence, list(parts))


def match(pairs: Mapping[str, str], *, mistakes: Mapping[str, tuple[str, str]] | None = None) -> Match:
    """Ask which of the values of ``pairs`` belongs to which key: a menu of all values beside each key.

    ``mistakes`` maps a reply to a wrong ``(key, value)``. Raises ``ExerciseError``.
    """
    values = sorted(set(pairs.values()), key=lambda value: hashlib.sha256(value.encode()).digest())
    named = {tuple(pair): reply for reply, pair in (mistakes or {}).items()}
    for left, right in named:
        if left not in pairs or right not in values or pairs[left] == right:
            raise ExerciseError(f"the mistake {(left, right)} must be a key and a value that do not belong together")

    def menu(left: str, right: str) -> Choice:
        wrong = {value: named.get((left, value), "That belongs elsewhere.") for value in values}
        return choice((value, value == right, "" if value == right else wrong[value]) for value in values)

    return Match("\n".join(f"{left}: {{}}" for left in pairs), [*itertools.starmap(menu, pairs.items())])


def _is_whole(x: float) -> bool:
    return abs(x - round(x)) <= 1e-6 * abs(x)


def _said(x: float) -> str:
    """Word a number for people: to four decimals, and a simple fraction as one."""
    digits = f"{x:.4f}".rstrip("0").rstrip(".") if 1e-3 <= abs(x) < 1e6 or not x else f"{x:.3g}"
    near = Fraction(x).limit_denominator(12)
    # Four decimals say a half or a quarter just as well.
    fraction = abs(x - near) < 1e-7 and near.denominator not in (1, 2, 4, 5, 8, 10)
    return (f"{near} ({digits})" if fraction else digits).replace("-", "−")


def _evaluated(text: str, sizes: Mapping[str, int]) -> list[int]:
    try:
        # The author's own Python, in the author's own cell. What a reader types is never evaluated.
        value = eval(text, {"__builtins__": {}}, dict(sizes))
        found = list(value) if isinstance(value, (tuple, list)) else [value]
        if all(isinstance(size, int) and size >= 0 for size in found):
            return found
    except Exception:  # whatever the text is, the error below names it
        pass
    names = ", ".join(sizes) or "none"
    raise ExerciseError(f"{text!r} is not a shape: a tuple of sizes such as '(N, C)'; names with a size: {names}")


def _tell_apart(right: Any, wrong: list[Any], said: str, alike: Any = lambda a, b, _: a == b, note: str = "") -> None:
    for value, reply in wrong:
        if alike(value, right, 0.001):
            raise ExerciseError(f"the mistake {reply!r} ({value}) and the answer ({said}) coincide{note}")
    for (value, reply), (other, second) in itertools.combinations(wrong, 2):
        if reply != second and alike(value, other, 0.005):
            raise ExerciseError(f"the mistakes {reply!r} ({value}) and {second!r} ({other}) coincide{note}")
