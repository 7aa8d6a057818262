"""A small exact reader of what people type as a number: ``-0.94``, ``2,5``, ``ln 5``, ``1/3``, ``2^-3``.

Nothing is evaluated as code. ``static/expression.js`` is the same reader in the browser; a test holds the two
together on thousands of random expressions.

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/") signed | power-that-starts-with-a-letter-or-bracket)*
    signed   = ("-" | "+") signed | power
    power    = postfix ("^" signed)?
    postfix  = primary "%"*
    primary  = NUMBER | NAME | "(" sum ")" | FUNCTION "(" sum ")" | FUNCTION power
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

#: Longer than any sensible answer; what is longer is refused unread.
LONGEST = 200


class Unreadable(ValueError):
    """The text is no expression, or has no finite value. ``why`` is the name of the words that say so."""

    def __init__(self, why: str) -> None:
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


def read(text: str, names: Mapping[str, float] | None = None) -> float:
    """The finite value of the expression ``text``; ``names`` are further names it may use, such as sizes.

    Raises ``Unreadable``.
    """
    if len(text) > LONGEST:
        raise Unreadable("long")
    text = tidy(text)
    if not text:
        raise Unreadable("empty")
    value = _Reader(text, names or {}).whole()
    if not math.isfinite(value):
        raise Unreadable("infinite")
    return value


class _Reader:
    def __init__(self, text: str, names: Mapping[str, float]) -> None:
        own = sorted(names, key=len, reverse=True)
        words = "|".join([*map(re.escape, own), _WORDS])
        token = re.compile(
            rf" *(?:((?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)|({words})|([-+*/^()%]))",
            re.IGNORECASE | re.ASCII,
        )
        self.names = {name.lower(): value for name, value in names.items()} | dict(names)
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            match = token.match(text, at)
            if not match:
                raise Unreadable("unreadable")
            kinds = zip(("number", "name", "sign"), match.groups(), strict=True)
            self.tokens.append(next((kind, part) for kind, part in kinds if part))
            at = match.end()
        self.at = 0

    def whole(self) -> float:
        value = self.sum()
        if self.at < len(self.tokens):
            raise Unreadable("unreadable")
        return value

    def sign(self, signs: str) -> str:
        """The next token, taken, if it is one of these signs; else ''."""
        if self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            if kind == "sign" and text in signs:
                self.at += 1
                return text
        return ""

    def starts_factor(self) -> bool:
        """Whether a factor follows with no sign before it, as in ``2 ln 5`` and ``2(3)``."""
        return self.at < len(self.tokens) and (
            self.tokens[self.at][0] == "name" or self.tokens[self.at] == ("sign", "(")
        )

    def sum(self) -> float:
        value = self.product()
        while sign := self.sign("+-"):
            term = self.product()
            value = value + term if sign == "+" else value - term
        return value

    def product(self) -> float:
        value = self.signed()
        while True:
            if sign := self.sign("*/"):
                factor = self.signed()
                value = value * factor if sign == "*" else _divide(value, factor)
            elif self.starts_factor():
                value = value * self.power()
            else:
                return value

    def signed(self) -> float:
        if sign := self.sign("+-"):
            value = self.signed()
            return -value if sign == "-" else value
        return self.power()

    def power(self) -> float:
        base = self.primary()
        while self.sign("%"):
            base = base / 100
        return _power(base, self.signed()) if self.sign("^") else base

    def primary(self) -> float:
        if self.sign("("):
            return self.bracket()
        if self.at >= len(self.tokens):
            raise Unreadable("unreadable")
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return float(text.replace(",", "."))
        if kind == "sign":
            raise Unreadable("unreadable")
        if text in self.names or text.lower() in self.names:
            return float(self.names.get(text, self.names.get(text.lower(), 0.0)))
        word = text.lower().replace("_", "")
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        return _FUNCTIONS[word](self.argument())

    def argument(self) -> float:
        if self.sign("("):
            return self.bracket()
        value = self.signed()
        if self.at < len(self.tokens) and self.tokens[self.at] == ("sign", "/"):
            raise Unreadable("brackets")
        return value

    def bracket(self) -> float:
        value = self.sum()
        if not self.sign(")"):
            raise Unreadable("unreadable")
        return value
