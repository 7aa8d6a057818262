"""A small exact reader of what people type as a number: ``-0.94``, ``2,5``, ``ln 5``, ``1/3``, ``2^-3``.

Nothing is evaluated as code. ``static/expression.js`` is the same reader in the browser; a test holds the two
together on thousands of random expressions.

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/") signed | power-that-starts-with-a-letter-or-bracket)*
    signed   = ("-" | "+") signed | power
    power    = primary ("^" signed)?
    primary  = simple "%"*
    simple   = NUMBER | NAME | "(" sum ")" | FUNCTION "(" sum ")" | FUNCTION signed

``tensors`` reads shapes by the same sums and products.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

#: Longer than any sensible answer; what is longer is refused unread.
LONGEST = 200


class Unreadable(ValueError):
    """The text is no expression, or has no finite value. ``why`` is the name of the words that say so."""

    def __init__(self, why: str = "unreadable") -> None:
        super().__init__(why)
        self.why = why


def _log(x: float) -> float:
    return math.log(x) if x > 0 else (-math.inf if x == 0 else math.nan)


def _exp(x: float) -> float:
    return math.exp(x) if x < 709.78 else math.inf


def _power(base: float, exponent: float) -> float:
    if math.isnan(exponent) or (abs(base) == 1 and math.isinf(exponent)):
        return math.nan
    try:
        result = base**exponent
    except (OverflowError, ZeroDivisionError):
        return math.inf
    return math.nan if isinstance(result, complex) else result


def _divide(a: float, b: float) -> float:
    return a / b if b else math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


_CONSTANTS = {"e": math.e, "pi": math.pi}
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "ln": _log,
    "log": _log,
    "log2": lambda x: math.log2(x) if x > 0 else _log(x),
    "log10": lambda x: math.log10(x) if x > 0 else _log(x),
    "exp": _exp,
    "sqrt": lambda x: math.sqrt(x) if x >= 0 else math.nan,
}
_WORDS = r"log_?(?:2|10)(?!\d)|log|ln|exp|sqrt|pi|e"
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
_SPELLINGS: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (re.compile(r"[−–—‐‑﹣－]"), "-"),
    (re.compile(r"[×·⋅∙]|\*\*?(?!\*)"), lambda match: "^" if match[0] == "**" else "*"),
    (re.compile(r"[÷∕⁄]"), "/"),
    (re.compile(r"(?:math|torch|np)\."), ""),
    (re.compile("₂"), "2"),
    (re.compile("₁₀"), "10"),
    (re.compile("π"), "pi"),
    (re.compile("√"), "sqrt"),
    (
        re.compile(f"[{_SUPERSCRIPTS}]+"),
        lambda match: "^(" + "".join("0123456789-"[_SUPERSCRIPTS.index(c)] for c in match[0]) + ")",
    ),
    (re.compile("[\t\n\r\f\v \u00a0\u2000-\u200a\u2028\u2029\u202f\u3000]+"), " "),
    (re.compile("^ ?[=≈~]"), ""),
    (re.compile("^ | $"), ""),
]


def tidy(text: str) -> str:
    """``text`` with one spelling for each sign."""
    for pattern, plain in _SPELLINGS:
        text = pattern.sub(plain, text)
    return text


def legible(text: str) -> str:
    """The tidy ``text`` of an expression. Raises ``Unreadable`` if there is none, or more than any sensible answer."""
    if len(text) > LONGEST:
        raise Unreadable("long")
    text = tidy(text)
    if not text:
        raise Unreadable("empty")
    return text


def read(text: str, names: Mapping[str, float] | None = None) -> float:
    """The finite value of the expression ``text``; ``names`` are further names it may use, such as sizes.

    Raises ``Unreadable``.
    """
    value = float(_Numbers(legible(text), names or {}).all())
    if not math.isfinite(value):
        raise Unreadable("infinite")
    return value


class Reader:
    """The grammar that numbers and tensors share, sums of products of powers, over a text cut into tokens.

    ``token`` has a group each for a number, a name and a sign. What stands between the signs is the subclass's.
    """

    def __init__(self, text: str, token: re.Pattern[str]) -> None:
        self._tokens: list[tuple[str, str, str]] = []
        self._at = 0
        at = 0
        while at < len(text):
            match = token.match(text, at)
            if not match:
                raise Unreadable
            number, name, sign = match.groups("")
            self._tokens.append((number, name, sign))
            at = match.end()

    def primary(self) -> Any:
        raise NotImplementedError

    def apply(self, a: Any, b: Any, sign: str) -> Any:
        """``a sign b``, where ``sign`` is one of ``+ - * / @ ^``."""
        raise NotImplementedError

    def juxtaposed(self) -> bool:
        """Whether a factor follows with no sign before it."""
        return False

    def all(self) -> Any:
        """What the whole text comes to."""
        try:
            value = self.sum()
        except RecursionError:  # deeper than so short a text can also close
            raise Unreadable from None
        if self._at < len(self._tokens):
            raise Unreadable
        return value

    def next(self, steps: int = 0) -> tuple[str, str, str]:
        """The next token as number, name and sign, of which one is not empty; ``steps`` further on after it."""
        at, self._at = self._at, self._at + steps
        return self._tokens[at] if at < len(self._tokens) else ("", "", "")

    def sign(self, signs: str) -> str:
        """The next token, taken, if it is one of these signs; else ''."""
        sign = self.next()[2]
        return self.next(1)[2] if sign and sign in signs else ""

    def need(self, sign: str) -> None:
        if not self.sign(sign):
            raise Unreadable

    def sum(self) -> Any:
        value = self._product()
        while sign := self.sign("+-"):
            value = self.apply(value, self._product(), sign)
        return value

    def _product(self) -> Any:
        value = self.signed()
        while True:
            if sign := self.sign("*/@"):
                value = self.apply(value, self.signed(), sign)
            elif self.juxtaposed():
                value = self.apply(value, self._power(), "*")
            else:
                return value

    def signed(self) -> Any:
        sign = self.sign("+-")
        return self.apply(0, self.signed(), sign) if sign else self._power()

    def _power(self) -> Any:
        base = self.primary()
        return self.apply(base, self.signed(), "^") if self.sign("^") else base


class _Numbers(Reader):
    def __init__(self, text: str, names: Mapping[str, float]) -> None:
        own = sorted(names, key=len, reverse=True)
        words = "|".join([*map(re.escape, own), _WORDS])
        token = re.compile(
            rf" *(?:((?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)|({words})|([-+*/^()%]))",
            re.IGNORECASE | re.ASCII,
        )
        self._names = {name.lower(): value for name, value in names.items()} | dict(names)
        super().__init__(text, token)

    def apply(self, a: float, b: float, sign: str) -> float:
        if sign in "+-":
            return a + b if sign == "+" else a - b
        return a * b if sign == "*" else _divide(a, b) if sign == "/" else _power(a, b)

    def juxtaposed(self) -> bool:
        """As in ``2 ln 5`` and ``2(3)``."""
        _, name, sign = self.next()
        return bool(name) or sign == "("

    def primary(self) -> float:
        value = self._simple()
        while self.sign("%"):
            value = value / 100
        return value

    def _simple(self) -> float:
        if self.sign("("):
            return self._bracket()
        number, name, _ = self.next(1)
        if number:
            return float(number.replace(",", "."))
        if not name:
            raise Unreadable
        if name in self._names or name.lower() in self._names:
            return float(self._names.get(name, self._names.get(name.lower(), 0.0)))
        word = name.lower().replace("_", "")
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        return _FUNCTIONS[word](self._argument())

    def _argument(self) -> float:
        if self.sign("("):
            return self._bracket()
        value = float(self.signed())
        if self.next()[2] == "/":
            raise Unreadable("brackets")
        return value

    def _bracket(self) -> float:
        value = float(self.sum())
        self.need(")")
        return value
