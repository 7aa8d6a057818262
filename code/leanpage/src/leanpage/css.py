"""Style sheets cut to what pages use: a rule goes only if it asks for a name that no page and no script contains.

The test is by names alone (elements, classes, ids), never by structure, so it errs on the side of keeping. What scripts
switch on and off is safe, since every word of the scripts counts as a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import tinycss2

NESTING = {"media", "supports", "layer", "container"}


def names(pages: list[str], scripts: list[str]) -> set[str]:
    """Return every name that a selector could match: elements, classes and ids of `pages`, any word of `scripts`."""
    found = {"root"}
    for page in pages:
        found.update(re.findall(r"<([a-zA-Z][\w-]*)", page))
        for value in re.findall(r"""\b(?:class|id)=\\?["']([^"']*)""", page):
            found.update(value.replace("\\", " ").split())
    for script in scripts:
        found.update(re.findall(r"[\w-]+", script))
    return found


def cut(css: str, known: set[str], elsewhere: str = "") -> str:
    """Return `css`, compact, without the rules, key frames and variables that nothing uses.

    `known` comes from `names`; `elsewhere` is other text (pages, scripts) that may name CSS variables.
    What cannot be parsed is left out, as browsers do.
    """
    rules = _parse(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), known)
    animated = re.findall(r"[\w-]+", " ".join(re.findall(r"animation(?:-name)?:[^;}]*", _text(rules))))
    rules = [r for r in rules if not (isinstance(r, str) and _keyframes_name(r) not in (None, *animated))]
    elsewhere = " ".join(re.findall(r"--[\w-]+", elsewhere))
    while True:
        before = _text(rules)
        used = set(re.findall(r"--[\w-]+", elsewhere + re.sub(r"(?<=[{;])--[\w-]+(?=:)", "", before)))
        rules = _drop_variables(rules, used)
        if _text(rules) == before:
            return before


@dataclass
class Rule:
    """A style rule, or an at-rule around other rules."""

    prelude: str
    body: list  # (name, value) pairs, or rules; a string is kept as it is

    def __str__(self) -> str:
        body = (part if isinstance(part, (str, Rule)) else ":".join(part) for part in self.body)
        return f"{self.prelude}{{{(chr(10) if self.prelude[0] == '@' else ';').join(map(str, body))}}}"


def _text(rules: list) -> str:
    return "\n".join(map(str, rules)) + "\n"


def _parse(nodes: list, known: set[str]) -> list[Rule | str]:
    rules = []
    for node in nodes:
        if node.type == "at-rule" and node.lower_at_keyword in NESTING and node.content is not None:
            inside = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            rules.append(Rule(f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}".strip(), _parse(inside, known)))
        elif node.type == "at-rule" and node.lower_at_keyword != "charset":
            rules.append(node.serialize())
        elif node.type == "qualified-rule":
            selectors = [tinycss2.serialize(s).strip() for s in _split(node.prelude) if _usable(s, known)]
            if selectors:
                rules.append(Rule(",".join(selectors), _declarations(node.content)))
    return [rule for rule in rules if isinstance(rule, str) or rule.body]


def _declarations(content: list) -> list:
    parts = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    if any(part.type != "declaration" for part in parts):
        return [tinycss2.serialize(content).strip()]  # nested rules, or tricks for old browsers: the author's own text
    important = {True: "!important", False: ""}
    return [(part.name, tinycss2.serialize(part.value).strip() + important[part.important]) for part in parts]


def _split(tokens: list) -> list[list]:
    groups = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            groups.append([])
        else:
            groups[-1].append(token)
    return groups


def _usable(selector: list, known: set[str]) -> bool:
    """Whether all that `selector` requires is known. What stands in :not() is not required; in :is(), one is enough."""
    pseudo = False
    for token in selector:
        if token.type == "hash" and token.value not in known:
            return False
        if token.type == "ident" and not pseudo and not {token.value, token.lower_value} & known:
            return False
        if token.type == "function" and token.lower_name in {"is", "where", "has"}:
            if not any(_usable(inner, known) for inner in _split(token.arguments)):
                return False
        pseudo = token.type == "literal" and token.value == ":"
    return True


def _keyframes_name(rule: str) -> str | None:
    match = re.match(r"@(?:-\w+-)?keyframes\s+([\w-]+)", rule)
    return match and match[1]


def _drop_variables(rules: list, used: set[str]) -> list:
    kept = []
    for rule in rules:
        if isinstance(rule, Rule):
            parts = _drop_variables(rule.body, used) if isinstance(rule.body[0], (Rule, str)) else rule.body
            parts = [p for p in parts if not isinstance(p, tuple) or p[0][:2] != "--" or p[0] in used]
            rule = Rule(rule.prelude, parts)
        if isinstance(rule, str) or rule.body:
            kept.append(rule)
    return kept
