"""Parse style sheets, move their addresses, and drop the rules that no page can need.

A rule is dropped only if it asks for a class, id or element that no page and no script contains. The test looks at
names alone, never at structure, so it errs on the side of keeping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import tinycss2
from rjsmin import jsmin

from ..tree import Tree, classes

NESTING = {"media", "supports", "layer", "container"}
WORD = re.compile(r"[\w-]+")
IMPORT = re.compile(r"""@import\s*(?:url\(\s*)?(?:["']([^"']*)["']|([^"'()\s]+))\s*\)?\s*(.*?);?""", re.DOTALL | re.I)
VARIABLE = re.compile(r"--[\w-]+")

Token = Any  #: a node of tinycss2, which has no types


# --- the names on pages ---


@dataclass
class Names:
    """The names that a selector may ask for: exact ones, and beginnings of names that scripts put together."""

    exact: set[str] = field(default_factory=lambda: {"root"})
    beginnings: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.exact or name.startswith(self.beginnings)


def names_on(pages: Iterable[Tree], scripts: Iterable[str] = ()) -> Names:
    """Return every name in `pages`, in their data, and every word of `scripts` outside of comments.

    A word in a script that ends in a hyphen or an underscore counts as the beginning of names.
    """
    exact = {"root"}
    words = set().union(*(WORD.findall(jsmin(script)) for script in set(scripts)))
    for page in pages:
        for node in page.find("*"):
            exact.add(node.tag or "")
        for node in page.find("[class]"):
            exact.update(classes(node))
        exact.update(node.id or "" for node in page.find("[id]"))
        for node in page.find("script, template, iframe[srcdoc]"):
            words.update(WORD.findall(node.html or ""))
        words.update(WORD.findall(page.noscript))
    beginnings = sorted(word for word in words if len(word) > 2 and word[-1] in "-_" and word[0].isalpha())
    return Names(exact | words, tuple(beginnings))


# --- reading sheets ---


def parse(sheet: str) -> list[Token]:
    return list(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))


def serialize(rules: list[Token]) -> str:
    return "".join(f"{rule.serialize()}\n" for rule in rules)


def nested_rules(rule: Token) -> list[Token] | None:
    """Return the rules inside @media and the like, or None for any other rule."""
    if rule.type != "at-rule" or rule.lower_at_keyword not in NESTING or rule.content is None:
        return None
    return list(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))


def each_token(tokens: Iterable[Token]) -> Iterable[Token]:
    """Walk all tokens of parsed rules, with those in blocks and functions."""
    for token in tokens:
        yield token
        for inner in ("prelude", "content", "arguments"):
            held = getattr(token, inner, None)
            if held:
                yield from each_token(held)


def change_addresses(rules: list[Token], change: Callable[[str], str | None]) -> None:
    """Replace each address in url() by what `change` returns; None leaves it."""
    for token in each_token(rules):
        strings = token.arguments if token.type == "function" and token.lower_name == "url" else [token]
        for string in strings:
            if string.type == "url" or string is not token and string.type == "string":
                if (new := change(string.value)) is not None:
                    quoted = '"{}"'.format(new.replace("\\", "\\\\").replace('"', '\\"'))
                    string.value = new
                    string.representation = f"url({quoted})" if string.type == "url" else quoted


def imported(rule: Token) -> tuple[str, str] | None:
    """Return the address and the condition of an @import; None for any other rule."""
    found = IMPORT.fullmatch(rule.serialize())
    return (found[1] or found[2] or "", found[3]) if found else None


def icons(rules: list[Token]) -> set[str]:
    """Return the characters that a sheet shows as icons: of a font's private range, and any in the rules of an icon."""
    shown: set[str] = set()
    for rule in rules:
        characters = set("".join(token.value for token in each_token([rule]) if token.type == "string"))
        of_an_icon = rule.type == "qualified-rule" and re.search(r"\bfa[\w-]*", tinycss2.serialize(rule.prelude))
        shown |= characters if of_an_icon else {one for one in characters if one >= "\ue000"}
    return shown


# --- dropping rules ---


@dataclass
class Rule:
    """A style rule with its declarations, or an at-rule around other rules; text is kept as it is."""

    prelude: str
    body: list[Any]  #: (name, value) pairs and text, or Rules and text inside an at-rule

    def __str__(self) -> str:
        parts = (":".join(part) if isinstance(part, tuple) else str(part) for part in self.body)
        return f"{self.prelude}{{{(chr(10) if self.prelude[0] == '@' else ';').join(parts)}}}"


def without_unused_rules(rules: list[Token], known: Names) -> list[Rule | str]:
    """Return rules without the selectors that ask for a name that is not `known`, as far as they can be parsed."""
    kept: list[Rule | str] = []
    for rule in rules:
        nested = nested_rules(rule)
        if nested is not None:
            prelude = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}".strip()
            kept.append(Rule(prelude, [*without_unused_rules(nested, known)]))
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset":
            kept.append(rule.serialize())
        elif rule.type == "qualified-rule":
            selectors = [tinycss2.serialize(s).strip() for s in split_selectors(rule.prelude) if may_match(s, known)]
            if selectors:
                kept.append(Rule(",".join(selectors), declarations(rule.content)))
    return [rule for rule in kept if isinstance(rule, str) or rule.body]


def without_unused_variables(rules: list[Rule | str], elsewhere: str) -> list[Rule | str]:
    """Return rules without the variables and key frames that neither they nor other text (`elsewhere`) uses.

    >>> sheet = parse(":root{--a:var(--b);--b:1;--c:2} p{top:var(--a)}")
    >>> [str(rule) for rule in without_unused_variables(without_unused_rules(sheet, Names({"root", "p"})), "")]
    [':root{--a:var(--b);--b:1}', 'p{top:var(--a)}']
    """
    needs: dict[str, set[str]] = {}
    used = set(VARIABLE.findall(elsewhere))
    for name, value in each_declaration(rules):
        if name.startswith("--"):
            needs.setdefault(name, set()).update(VARIABLE.findall(value))
        else:
            used.update(VARIABLE.findall(value))
    put_together = tuple(name for name in used if name[-1] == "-" and len(name) > 3)
    used |= {name for name in needs if name.startswith(put_together)}
    while new := set().union(*(needs.get(name, set()) for name in used)) - used:
        used |= new
    animations = [v for name, v in each_declaration(rules) if "animation" in name or not name and v[:1] != "@"]
    animated = set(WORD.findall(elsewhere)).union(*map(WORD.findall, animations))

    def kept(part: Any) -> Any:
        if isinstance(part, Rule):
            body = [inner for inner in map(kept, part.body) if inner]
            return Rule(part.prelude, body) if body else None
        if isinstance(part, tuple):
            return part if part[0][:2] != "--" or part[0] in used else None
        frames = re.match(r"@(?:-\w+-)?keyframes\s+([\w-]+)", part)
        return part if not frames or frames[1] in animated else None

    return [rule for rule in map(kept, rules) if rule]


def each_declaration(rules: Iterable[Any]) -> Iterable[tuple[str, str]]:
    """Yield the (name, value) pairs of all rules; text gets an empty name."""
    for part in rules:
        if isinstance(part, Rule):
            yield from each_declaration(part.body)
        else:
            yield part if isinstance(part, tuple) else ("", part)


def declarations(content: list[Token]) -> list[Any]:
    """Return a rule's declarations as (name, value) pairs, or its text where it holds more than these."""
    parts = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    if any(part.type != "declaration" for part in parts):
        return [tinycss2.serialize(content).strip()]  # nested rules, or hacks for old browsers
    important = {True: "!important", False: ""}
    return [(part.name, tinycss2.serialize(part.value).strip() + important[part.important]) for part in parts]


def split_selectors(tokens: list[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            groups.append([])
        else:
            groups[-1].append(token)
    return groups


def may_match(selector: list[Token], known: Names) -> bool:
    """Return whether all names that `selector` requires are known; :not() requires none, :is() one of its selectors."""
    after_colon = False
    for token in selector:
        if token.type == "hash" and token.value not in known:
            return False
        if token.type == "ident" and not after_colon and token.value not in known and token.lower_value not in known:
            return False
        if token.type == "function" and token.lower_name in {"is", "where", "has"}:
            if not any(may_match(inner, known) for inner in split_selectors(token.arguments)):
                return False
        after_colon = token.type == "literal" and token.value == ":"
    return True
