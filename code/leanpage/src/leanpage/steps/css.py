"""Parse style sheets, move their addresses, and drop the rules that no page can need.

A rule is dropped only if it asks for a class, id or element that no page and no script contains. The test looks at
names alone, never at structure, so it errs on the side of keeping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import tinycss2
from rjsmin import jsmin

from ..tree import Tree, attribute

NESTING = {"media", "supports", "layer", "container"}
WORD = re.compile(r"[\w-]+")
#: A word of a script, but for a selector such as ".name": that finds an element and makes none.
WORD_OF_SCRIPT = re.compile(r"""(?<![\w-])(?<!["'` ,>][.#])[\w-]+""")
IMPORT = re.compile(r"""@import\s*(?:url\(\s*)?(?:["']([^"']*)["']|([^"'()\s]+))\s*\)?\s*(.*?);?""", re.DOTALL | re.I)
URL = re.compile(r"""(@import\s*)?url\(\s*(?:"([^"]*)"|'([^']*)'|([^"'()\s]*))\s*\)""", re.I)
#: A rule that names a class of Font Awesome, from that name to its end.
ICON_RULE = re.compile(r"\.fa[\w-]*[^{};]*\{[^{}]*\}")
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"' + r"|'(?:[^'\\\n]|\\.)*'")
#: A variable wherever it is not given a value.
USED_VARIABLE = re.compile(r"--[\w-]+(?![\w-]|\s*:)")

Token = Any  #: a node of tinycss2, which has no types


@dataclass
class Names:
    """The names that a selector may ask for: exact ones, and beginnings of names that scripts put together."""

    exact: set[str]
    beginnings: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.exact or name.startswith(self.beginnings)


def names_on(pages: Iterable[Tree], scripts: Iterable[str] = ()) -> Names:
    """Return every name in `pages`, in their data, and every word of `scripts` outside of comments and selectors.

    A word in a script that ends in a hyphen or an underscore counts as the beginning of names.
    """
    exact = {"root"}
    words = set().union(*(WORD_OF_SCRIPT.findall(jsmin(script)) for script in set(scripts)))
    for page in pages:
        for node in page.find("*"):
            exact.add(node.tag or "")
        for node in page.find("[class]"):
            exact.update(attribute(node, "class").split())
        exact.update(node.id or "" for node in page.find("[id]"))
        for node in page.find("script, noscript, template, iframe[srcdoc]"):
            words.update(WORD.findall(node.html or ""))
    beginnings = sorted(word for word in words if len(word) > 2 and word[-1] in "-_" and word[0].isalpha())
    return Names(exact | words, tuple(beginnings))


def parse(sheet: str) -> list[Token]:
    return list(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))


def serialize(rules: list[Token]) -> str:
    return "".join(f"{rule.serialize()}\n" for rule in rules)


def nested_rules(rule: Token) -> list[Token] | None:
    """Return the rules inside @media and the like, or None for any other rule."""
    if rule.type != "at-rule" or rule.lower_at_keyword not in NESTING or rule.content is None:
        return None
    return list(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))


def change_addresses(sheet: str, change: Callable[[str], str | None]) -> str:
    """Return `sheet` with each address in url() replaced by what `change` returns; None, and an import, leaves it."""

    def changed(match: re.Match[str]) -> str:
        new = None if match[1] else change(match[2] or match[3] or match[4] or "")
        return match[0] if new is None else 'url("{}")'.format(new.replace('"', "%22"))

    return URL.sub(changed, sheet)


def imported(rule: Token) -> tuple[str, str] | None:
    """Return the address and the condition of an @import; None for any other rule."""
    is_import = rule.type == "at-rule" and rule.lower_at_keyword == "import"
    found = IMPORT.fullmatch(rule.serialize()) if is_import else None
    return (found[1] or found[2] or "", found[3]) if found else None


def icon_letters(sheet: str) -> set[str]:
    """Return the characters in the strings of rules for icons: not all icons have one of a font's private range."""
    strings = [text for rule in ICON_RULE.finditer(sheet) for text in STRING.findall(rule[0])]
    tokens = tinycss2.parse_component_value_list(" ".join(strings))
    return {letter for token in tokens if token.type == "string" for letter in token.value}


def used_variables(texts: Iterable[str]) -> Names:
    """Return the variables that `texts` use: they name them, or a beginning, otherwise than to give them a value."""
    found = {name for text in texts for name in USED_VARIABLE.findall(text)}
    return Names(found, tuple(name for name in found if name[-1] == "-" and len(name) > 3))


def without_unused_rules(rules: list[Token], known: Names, variables: Names) -> str:
    r"""Return rules as text, without selectors that ask for a name that is not `known`, and without unused variables.

    >>> rules = parse(":root{--a:1;--b:2} p, .x{top:var(--a)}")
    >>> without_unused_rules(rules, Names({"root", "p"}), used_variables(["var(--a)"]))
    ':root{--a:1}\np{top:var(--a)}\n'
    """
    kept = []
    for rule in rules:
        nested = nested_rules(rule)
        if nested is not None:
            start = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}".strip()
            kept.append((start, without_unused_rules(nested, known, variables)))
        elif rule.type == "qualified-rule":
            selectors = [tinycss2.serialize(s).strip() for s in split_selectors(rule.prelude) if may_match(s, known)]
            kept.append((",".join(selectors), declarations(rule.content, variables) if selectors else ""))
        elif rule.type == "at-rule" and rule.lower_at_keyword != "charset":
            kept.append(("", rule.serialize()))
    return "".join(f"{start}{{{body}}}\n" if start else f"{body}\n" for start, body in kept if body)


def declarations(content: list[Token], variables: Names) -> str:
    """Return a rule's declarations without those of unused variables, or its text where it holds more than these."""
    parts = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    if any(part.type != "declaration" for part in parts):
        return str(tinycss2.serialize(content).strip())  # nested rules, or hacks for old browsers
    important = {True: "!important", False: ""}
    return ";".join(
        f"{part.name}:{tinycss2.serialize(part.value).strip()}{important[part.important]}"
        for part in parts
        if part.name[:2] != "--" or part.name in variables
    )


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
