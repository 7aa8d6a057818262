"""What an exercise answers to what is typed. ``static/replies.js`` is the same in the browser, with the words of both.

A key is a dictionary of what JSON can say: ``kind``, ``hints``, ``said`` (the answer as a text), and for each kind what
its judge below looks at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernelfree.exercises.expression import Unreadable, legible, read, tidy
from kernelfree.exercises.tensors import measure
from kernelfree.modules import STATIC

Key = Mapping[str, Any]

#: The words of both sides, from the one place where they stand.
WORDS: dict[str, str] = json.loads(
    re.findall(r"JSON\.parse\(`(.*?)`\)", (STATIC / "replies.js").read_text(encoding="utf-8"), re.DOTALL)[0]
)
LONGEST_TEXT = 2000


@dataclass(frozen=True)
class Reply:
    """What is answered. ``state`` is ``right``, ``wrong``, ``shown``, or ``None``: refused, or a hint asked for."""

    state: str | None
    text: str
    #: How many hints were given so far.
    given: int = 0

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


@dataclass(frozen=True)
class _Verdict:
    outcome: str
    text: str


_STATES = {"refused": None, "right": "right", "mistake": "wrong", "compare": "shown"}


def say(name: str, *parts: str) -> str:
    text = WORDS[name]
    for part in parts:
        text = text.replace("{}", part, 1)
    return text


def respond(key: Key, text: str, given: int = 0) -> Reply:
    """The reply to ``text`` after ``given`` hints."""
    verdict = _JUDGES[key["kind"]](key, text)
    if verdict.outcome != "other":
        return Reply(_STATES[verdict.outcome], verdict.text, given)
    more = help_with(key, given)
    return Reply(more.state or "wrong", f"{verdict.text} {more.text}", more.given)


def help_with(key: Key, given: int = 0) -> Reply:
    """The next hint or, after the last, the answer."""
    if given < len(key["hints"]):
        return Reply(None, say("hint", key["hints"][given]), given + 1)
    return Reply("shown", say("compare" if key["kind"] == "judge" else "answer", key["said"]), given)


def _refuse(name: str, *parts: str) -> _Verdict:
    return _Verdict("refused", say(name, *parts))


def _number(key: Key, text: str) -> _Verdict:
    plain = _without_unit(tidy(text), key["unit"])
    if isinstance(plain, _Verdict):
        return plain
    try:
        value = read(plain)
    except Unreadable as error:
        return _refuse(error.why)

    def near(x: float, slack: float) -> bool:
        return abs(value - x) <= slack + 1e-12

    if near(key["answer"], key["tolerance"]):
        return _Verdict("right", say("right_is", key["said"]))
    for wrong, reply in key["mistakes"]:
        if near(wrong, key["tolerance"]):
            return _Verdict("mistake", reply)
    decimals = re.fullmatch(r"-?[0-9]*[.,]([0-9]+)", plain)
    if decimals and near(key["answer"], 0.5 * 10.0 ** -len(decimals[1])):
        return _refuse("near")
    return _Verdict("other", WORDS["other"])


def _without_unit(plain: str, unit: str) -> str | _Verdict:
    """``plain`` without the unit asked for; another unit is refused."""
    for word in (unit.lower(), unit.lower().removesuffix("s")):
        if word and plain.lower().endswith(word):
            return plain[: len(plain) - len(word)].rstrip(" ")
    other = re.search(r"(?:^|[^a-z])(nat|bit)s?$", plain, re.IGNORECASE | re.ASCII)
    return _refuse("unit", f"{other[1].lower()}s", unit) if other and unit else plain


def _choice(key: Key, text: str) -> _Verdict:
    chosen = _letters(text, len(key["options"]))
    if chosen is None or (not key["several"] and len(chosen) > 1):
        return _refuse("option", "a, c" if key["several"] else "b")
    if not chosen:
        return _refuse("choose")
    picked = [key["options"][number] for number in chosen]
    if wrong := [reply for right, reply in picked if not right]:
        return _Verdict("mistake", " ".join(wrong))
    if key["several"] and len(picked) < sum(bool(right) for right, _ in key["options"]):
        return _Verdict("mistake", WORDS["missing"])
    return _Verdict("right", " ".join(reply for _, reply in picked if reply) or WORDS["right"])


def _order(key: Key, text: str) -> _Verdict:
    count = len(key["answer"])
    chosen = _letters(text, count)
    if chosen is None or len(chosen) != count:
        return _refuse("all", ", ".join("abcdefghijklmnopqrstuvwxyz"[:count]))
    return _compared(chosen, key, WORDS["right"])


def _shape(key: Key, text: str) -> _Verdict:
    names = {name: tuple(x) if isinstance(x, list) else x for name, x in key.get("names", {}).items()}
    try:
        sizes, used = measure(text, names) if names else (shape_of(text, key["sizes"]), set())
    except Unreadable as error:
        return _refuse(error.why if error.why in ("empty", "long", "misfit") else "expression" if names else "shape")
    for name, x in names.items():
        if isinstance(x, tuple) and name not in used:
            return _refuse("use", name)
    said = spelled(sizes)
    verdict = _compared(sizes, key, say("right_is", said if names else key["said"]))
    return _Verdict("other", say("comes_to", said)) if names and verdict.outcome == "other" else verdict


def _compared(found: Sequence[int], key: Key, right: str) -> _Verdict:
    if list(found) == key["answer"]:
        return _Verdict("right", right)
    for wrong, reply in key["mistakes"]:
        if list(found) == wrong:
            return _Verdict("mistake", reply)
    return _Verdict("other", WORDS["other"])


def _judge(key: Key, text: str) -> _Verdict:
    if not tidy(text):
        return _refuse("empty")
    if len(text) > LONGEST_TEXT:
        return _refuse("long_text")
    return _Verdict("compare", say("compare", key["said"]))


_JUDGES: dict[str, Callable[[Key, str], _Verdict]] = {
    "number": _number,
    "choice": _choice,
    "order": _order,
    "shape": _shape,
    "judge": _judge,
}


def _letters(text: str, count: int) -> list[int] | None:
    """``"a, c"`` as ``[0, 2]``; ``None`` where the text names anything else, or one thing twice."""
    plain = tidy(text)
    if not re.fullmatch("[a-zA-Z ,.)(]*", plain):
        return None
    found = [ord(letter) - 97 for letter in re.findall("[a-z]", plain.lower())]
    return found if len(set(found)) == len(found) and all(number < count for number in found) else None


_ENCLOSED = re.compile(r"(?:size|shape)? ?(?:\((.*)\)|\[(.*)\]|\{(.*)\})", re.IGNORECASE | re.ASCII)


def shape_of(text: str, sizes: Mapping[str, float]) -> list[int]:
    """The sizes of ``(N, C)``, ``[3, 5]``, ``torch.Size([3, 5])``, ``N x C`` or ``(N*C,)``. Raises ``Unreadable``."""
    plain = legible(re.sub(" x |×", ",", text))
    if plain.lower() == "scalar":
        return []
    while match := _ENCLOSED.fullmatch(plain):
        plain = tidy(next(part for part in match.groups() if part is not None))
    if not plain:
        return []
    parts = plain.split(",")
    if len(parts) > 1 and not tidy(parts[-1]):
        parts.pop()
    return [_size(part, sizes) for part in parts]


def spelled(sizes: Sequence[int]) -> str:
    """``(3, 5)``, ``(3,)``, ``()``."""
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"


def _size(text: str, sizes: Mapping[str, float]) -> int:
    size = read(text, sizes)
    if size < 0 or abs(size - round(size)) > 1e-9:
        raise Unreadable("shape")
    return round(size)
