"""The shape of a one-line tensor expression, as torch gives it: ``logits.softmax(1)``, ``probs[range(N), target]``.

Nothing is evaluated as code, and no tensor is made: only sizes are looked at, not values, types or memory. ``measure``
in ``static/expression.js`` is the same reader in the browser; a test holds the two together, and both to torch, on
thousands of random expressions. The sums and products are those of ``expression``, with ``@`` beside ``*``, of

    primary   = simple ("." NAME arguments | ".T" | "[" entry ("," entry)* "]")*
    simple    = NUMBER | NAME | "(" sum ")" | NAME arguments
    arguments = "(" ((NAME "=")? sum ("," (NAME "=")? sum)*)? ")"
    entry     = sum | sum? ":" sum?

``METHODS`` has the methods; a function, of ``torch`` or of ``F``, is the method of that name. ``range(n)`` and
``torch.arange(n)`` are tensors of n numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from kernelfree.exercises.expression import Reader, Unreadable, legible

#: A tensor is the tuple of its sizes. A number that is not whole is NaN, which can be neither a size nor an axis.
Sizes = tuple[int, ...]
#: What no name of a question can be: these mean something in an expression.
RESERVED = {"F", "T", "None", "True", "False", "dim", "keepdim"}


def measure(text: str, names: Mapping[str, int | Sizes]) -> tuple[Sizes, set[str]]:
    """The shape of the expression ``text``, and the names in it; ``names`` gives the shapes and sizes it may use.

    Raises ``Unreadable``; its ``why`` is ``misfit`` where torch would raise an error.
    """
    reader = _Tensors(legible(text), names)
    return _tensor(reader.all()), reader.used


def _misfit() -> NoReturn:
    raise Unreadable("misfit")


def _tensor(x: Any) -> Sizes:
    if not isinstance(x, tuple):
        raise Unreadable
    return x


def _whole(x: Any) -> int:
    if type(x) is not int or not -(2**31) <= x < 2**31:  # as in the browser, and enough for a size
        raise Unreadable
    return x


def _size(x: Any) -> int:
    return _whole(x) if _whole(x) >= 0 else _misfit()


def _place(x: Any, count: int) -> int:
    return _whole(x) % count if -count <= _whole(x) < count else _misfit()


def _axes(a: Sizes, dim: Any) -> Iterable[int]:
    """The axis that is meant, or all of them."""
    return range(len(a)) if dim is None else [_place(dim, len(a) or 1)]


def _broadcast(a: Sizes, b: Sizes) -> Sizes:
    if len(a) < len(b):
        return _broadcast(b, a)
    pairs = zip(a, (1,) * (len(a) - len(b)) + b, strict=True)
    return tuple(x if y in (x, 1) else y if x == 1 else _misfit() for x, y in pairs)


def _matmul(a: Sizes, b: Sizes) -> Sizes:
    if not a or not b or a[-1] != b[-2:][0]:
        _misfit()
    return _broadcast(a[:-2], b[:-2]) + a[-2:-1] + b[1:][-1:]


def _reduce(a: Sizes, dim: Any = None, keep: Any = False) -> Sizes:
    axes = _axes(a, dim)
    if not isinstance(keep, bool):
        raise Unreadable
    return tuple(1 if place in axes else size for place, size in enumerate(a) if keep or place not in axes)


def _along(a: Sizes, dim: Any) -> Sizes:
    _axes(a, dim)
    return a


def _squeeze(a: Sizes, dim: Any = None) -> Sizes:
    axes = _axes(a, dim)
    return tuple(size for place, size in enumerate(a) if size != 1 or place not in axes)


def _unsqueeze(a: Sizes, dim: Any) -> Sizes:
    at = _place(dim, len(a) + 1)
    return (*a[:at], 1, *a[at:])


def _reshape(a: Sizes, *to: Any) -> Sizes:
    count, known = math.prod(a), math.prod(map(_whole, to))
    if -1 in to and not known:
        raise Unreadable
    sizes = tuple(_size(-count // known if size == -1 else size) for size in to)
    return sizes if math.prod(sizes) == count else _misfit()


def _turned(a: Sizes) -> Sizes:
    return a[::-1] if len(a) < 3 else _misfit()


_LISTED: list[tuple[str, Callable[..., Sizes], int, list[str]]] = [
    ("exp log", lambda a: a, 0, []),
    ("log_softmax softmax", _along, 1, ["dim"]),
    ("argmax mean sum", _reduce, 0, ["dim", "keepdim"]),
    ("logsumexp", _reduce, 1, ["dim", "keepdim"]),
    ("squeeze", _squeeze, 0, ["dim"]),
    ("unsqueeze", _unsqueeze, 1, ["dim"]),
    ("reshape view", _reshape, 1, ["", "", "", ""]),
]
#: Name -> what it makes of a tensor's sizes, how many arguments it needs behind the tensor, and their names.
METHODS = {name: (make, needed, words) for listed, make, needed, words in _LISTED for name in listed.split()}


class _Tensors(Reader):
    TOKEN = re.compile(r" *(?:([0-9]{1,9}\.?[0-9]*|\.[0-9]+)|(?:F\.)?([A-Za-z_]\w*)|([-+*/^@.,:=()\[\]]))", re.ASCII)

    def __init__(self, text: str, names: Mapping[str, Any]) -> None:
        self._known = {"True": True, "False": False, "None": None, **names}
        self.used: set[str] = set()
        super().__init__(text, self.TOKEN)

    def apply(self, a: Any, b: Any, sign: str) -> Any:
        if sign == "@":
            return _matmul(_tensor(a), _tensor(b))
        x, y = (() if type(one) in (int, float) else _tensor(one) for one in (a, b))
        if isinstance(a, tuple) or isinstance(b, tuple):
            return _broadcast(x, y)
        return {"+": a + b, "-": a - b, "*": a * b}.get(sign, math.nan)

    def primary(self) -> Any:
        value = self._simple()
        while True:
            if self.sign("["):
                value = self._indexed(_tensor(value))
            elif not self.sign("."):
                return value
            elif (name := self.next(1)[1]) == "T":
                value = _turned(_tensor(value))
            else:
                value = self._call(name, [value])

    def _simple(self) -> Any:
        if self.sign("("):
            return self._closed(self.sum())
        number, name, _ = self.next(1)
        if number:
            return math.nan if "." in number else int(number)
        if name and self.next()[2] == "(":
            if name not in ("range", "arange"):
                return self._call(name, [])
            self.need("(")
            return (_size(self._closed(self.sum())),)
        if name not in self._known:
            raise Unreadable
        self.used.add(name)
        return self._known[name]

    def _closed(self, value: Any) -> Any:
        self.need(")")
        return value

    def _call(self, name: str, tensor: list[Any]) -> Sizes:
        if name not in METHODS:
            raise Unreadable
        make, needed, words = METHODS[name]
        given = dict(enumerate(tensor))
        self.need("(")
        comma = False
        while not self.sign(")"):
            if comma:
                self.need(",")
            comma = True
            place = max(given, default=-1) + 1
            if (word := self.next()[1]) and word in words:
                self.next(1)
                self.need("=")
                place = words.index(word) + 1
            given[place] = self.sum()
        a, *rest = [given.get(place) for place in range(max(given, default=0) + 1)]
        if not needed <= len(rest) <= len(words) or None in rest:  # a gap, or a None that somebody wrote
            raise Unreadable
        return make(_tensor(a), *rest)

    def _indexed(self, a: Sizes) -> Sizes:
        """What stands in brackets behind a tensor, an axis at a time.

        Tensors that pick share an axis: where the first stands if there is nothing between them, else the front.
        """
        left = list(a)
        rest: list[int] = []
        where = 0
        picked: Sizes = ()
        more = True
        while more:
            first = 0 if self.next()[2] == ":" else self.sum()
            count = 1 if first is None else left.pop(0) if left else _misfit()
            if first is None:
                rest.append(1)
            elif self.sign(":"):
                last = count if self.next()[2] in (",", "]") else self.sum()
                rest.append(len(range(*slice(_whole(first), _whole(last)).indices(count))))
            elif not isinstance(first, tuple):
                _place(first, count)
            elif first:
                where = 0 if picked and where != len(rest) else len(rest)
                picked = _broadcast(picked, first)
            more = bool(self.sign(","))
        self.need("]")
        rest += left
        return (*rest[:where], *picked, *rest[where:])
