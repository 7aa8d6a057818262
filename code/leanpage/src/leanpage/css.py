"""Style sheets as rules: addresses moved, and rules cut that no page can need.

A rule goes only if it asks for a name that no page and no script contains. The test is by names alone (elements,
classes, ids), never by structure, so it errs on the side of keeping. What scripts switch on and off is safe, since
each of their strings and properties counts as a name, and one that ends in a hyphen as the beginning of names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import tinycss2
import tree_sitter_javascript
from tree_sitter import Language, Parser, Query, QueryCursor

from .tree import Tree, classes

NESTING = {"media", "supports", "layer", "container"}
#: Names in text that is no HTML of the page itself: data of widgets, say.
TAGS = re.compile(r"<([a-zA-Z][\w-]*)")
VALUES = re.compile(r"""\b(?:class|className|id)\\?["']?\s*[=:]\s*(?:\\?["']([^"'\\]*)|([\w-]+))""")
WORD = re.compile(r"[\w-]+")
#: What a script may do with a string: put it into a page as markup, or name an element by a word of it. A sentence is
#: neither, and a selector finds only what is there.
MARKUP = re.compile(r"""[<>="']""")
LISTED = re.compile(r"[\w-]+(?:,[\w-]+)*")
JAVASCRIPT = Language(tree_sitter_javascript.language())
SAID = Query(JAVASCRIPT, "[(string_fragment) (property_identifier) (shorthand_property_identifier)] @said")

Token = Any  #: a node of tinycss2, which has no types


@dataclass
class Names:
    """The names that a selector may ask for and find."""

    exact: set[str] = field(default_factory=lambda: {"root"})
    beginnings: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.exact or name.startswith(self.beginnings) if self.beginnings else name in self.exact


def names(pages: Iterable[Tree], scripts: Iterable[str], data: bool = True) -> Names:
    """Return every name that a selector could match in `pages`, by themselves or by what `scripts` do with them.

    Without `data` what the pages' own scripts and data say does not count.
    """
    exact = {"root"}
    programs = set(scripts)  # each once, as a notebook's pages share the three megabytes of Plotly
    for page in pages:
        for node in page.find("*"):
            exact.add(node.tag or "")
        for node in page.find("[class]"):
            exact.update(classes(node))
        exact.update(node.id or "" for node in page.find("[id]"))
        for node in page.find("script") if data else []:
            kind = node.attributes.get("type") or "text/javascript"
            text = node.text()
            if "javascript" in kind or kind == "module":
                programs.add(text)
            else:
                _take_text(exact, text)
        for fragment in page.find("template, iframe[srcdoc]"):
            _take_text(exact, fragment.html or "")
        _take_text(exact, page.unscripted)
    spoken = set().union(*map(said, programs))
    beginnings = sorted(word for word in spoken if len(word) > 2 and word[-1] == "-" and word[0].isalpha())
    return Names(exact | spoken, tuple(beginnings))


def said(script: str) -> frozenset[str]:
    """Return the words by which a script may name an element that it makes or changes."""
    root = Parser(JAVASCRIPT).parse(script.encode()).root_node
    if root.has_error:
        return frozenset(WORD.findall(script))
    words: set[str] = set()
    for text in {(node.text or b"").decode() for node in QueryCursor(SAID).captures(root).get("said", [])}:
        if MARKUP.search(text):
            words.update(WORD.findall(text))
        else:
            words.update(word for part in text.split() if LISTED.fullmatch(part) for word in part.split(","))
    return frozenset(words)


def lines(texts: Iterable[str]) -> str:
    """Return the lines of `texts`, each once: to be searched for words, of which the pages of a site share most."""
    return "\n".join(dict.fromkeys(line for text in texts for line in text.splitlines()))


def _take_text(exact: set[str], text: str) -> None:
    text = text.replace("&lt;", "<").replace("&quot;", '"')
    exact.update(TAGS.findall(text))
    for quoted, bare in VALUES.findall(text):
        exact.update((quoted or bare).split())


def parse(sheet: str) -> list[Token]:
    return list(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))


def text(rules: list[Token]) -> str:
    return "".join(f"{rule.serialize()}\n" for rule in rules)


def each_token(tokens: Iterable[Token]) -> Iterable[Token]:
    """Walk all tokens of parsed rules, those in blocks and functions included."""
    for token in tokens:
        yield token
        for inner in ("prelude", "content", "arguments"):
            held = getattr(token, inner, None)
            if held:
                yield from each_token(held)


def each_address(rules: list[Token], change: Callable[[str], str | None]) -> None:
    """Put what `change` gives in place of each address in url(); None leaves it."""
    for token in each_token(rules):
        if token.type == "url":
            _change_address(token, change)
        elif token.type == "function" and token.lower_name == "url":
            for argument in token.arguments:
                if argument.type == "string":
                    _change_string(argument, change)


def _change_address(token: Token, change: Callable[[str], str | None]) -> None:
    if (new := change(token.value)) is not None:
        token.value, token.representation = new, f'url("{_escaped(new)}")'


def _change_string(token: Token, change: Callable[[str], str | None]) -> None:
    if (new := change(token.value)) is not None:
        token.value, token.representation = new, f'"{_escaped(new)}"'


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def imported(rule: Token) -> tuple[str, str] | None:
    """The address and the condition of an @import; None for any other rule."""
    if rule.type != "at-rule" or rule.lower_at_keyword != "import":
        return None
    prelude = [token for token in rule.prelude if token.type not in ("whitespace", "comment")]
    if not prelude:
        return None
    first, rest = prelude[0], rule.prelude[rule.prelude.index(prelude[0]) + 1 :]
    condition = tinycss2.serialize(rest).strip()
    if first.type in ("string", "url"):
        return first.value, condition
    if first.type == "function" and first.lower_name == "url":
        return next((token.value for token in first.arguments if token.type == "string"), ""), condition
    return None


def icons(rules: list[Token]) -> set[str]:
    """The characters that a sheet shows as icons: of a font's private range anywhere, any in the rules of an icon."""
    shown: set[str] = set()
    for rule in rules:
        words = {token.value for token in each_token([rule]) if token.type == "string"}
        of_an_icon = rule.type == "qualified-rule" and re.search(r"\bfa[\w-]*", tinycss2.serialize(rule.prelude))
        characters = set("".join(words))
        shown |= characters if of_an_icon else {one for one in characters if one >= "\ue000"}
    return shown


def finds(rules: list[Token], known: Names) -> bool:
    """Whether any rule of a sheet could match where only these names are."""
    for rule in rules:
        if rule.type == "qualified-rule":
            if any(_usable(selector, known) and _demands(selector) for selector in _split(rule.prelude)):
                return True
            if any(not _demands(selector) for selector in _split(rule.prelude)):
                return True
        elif rule.type == "at-rule" and rule.lower_at_keyword in NESTING and rule.content is not None:
            if finds(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True), known):
                return True
        elif rule.type == "at-rule" and rule.lower_at_keyword not in ("charset", "font-face", "keyframes", "property"):
            return True
    return False


def _demands(selector: list[Token]) -> bool:
    """Whether a selector asks for a name at all."""
    return any(token.type in ("ident", "hash") for token in selector)


# Cutting


def cut(sheet: str, known: Names, elsewhere: str = "") -> str:
    """Return `sheet`, compact, without the rules, key frames and variables that nothing uses.

    `known` comes from `names`; `elsewhere` is other text (pages, scripts) that may name CSS variables or key frames.
    What cannot be parsed is left out, as browsers do.
    """
    rules = _parse(parse(sheet), known)
    animated = {word for part in re.findall(r"animation(?:-name)?:[^;}]*", _text(rules)) for word in WORD.findall(part)}
    animated |= set(WORD.findall(elsewhere))
    rules = [r for r in rules if not (isinstance(r, str) and _keyframes_name(r) not in (None, *animated))]
    named = set(re.findall(r"--[\w-]+", elsewhere))
    while True:
        before = _text(rules)
        used = named | set(re.findall(r"--[\w-]+", re.sub(r"(?<=[{;])--[\w-]+(?=:)", "", before)))
        beginnings = tuple(name for name in named if name[-1] == "-" and len(name) > 3)
        rules = _drop_variables(rules, used, beginnings)
        if _text(rules) == before:
            return before


@dataclass
class Rule:
    """A style rule, or an at-rule around other rules."""

    prelude: str
    body: list[Rule | str | tuple[str, str]]  # (name, value) pairs, or rules; a string is kept as it is

    def __str__(self) -> str:
        body = (":".join(part) if isinstance(part, tuple) else str(part) for part in self.body)
        return f"{self.prelude}{{{(chr(10) if self.prelude[0] == '@' else ';').join(body)}}}"


def _text(rules: list[Rule | str]) -> str:
    return "\n".join(map(str, rules)) + "\n"


def _parse(nodes: list[Token], known: Names) -> list[Rule | str]:
    rules: list[Rule | str] = []
    for node in nodes:
        if node.type == "at-rule" and node.lower_at_keyword in NESTING and node.content is not None:
            inside = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            prelude = f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}".strip()
            rules.append(Rule(prelude, [*_parse(inside, known)]))
        elif node.type == "at-rule" and node.lower_at_keyword != "charset":
            rules.append(node.serialize())
        elif node.type == "qualified-rule":
            kept = [tinycss2.serialize(s).strip() for s in _split(node.prelude) if _usable(s, known)]
            if kept:
                rules.append(Rule(",".join(kept), declarations(node.content)))
    return [rule for rule in rules if isinstance(rule, str) or rule.body]


def selectors(prelude: list[Token]) -> list[str]:
    """The selectors of a rule, one by one."""
    return [tinycss2.serialize(selector).strip() for selector in _split(prelude)]


def declarations(content: list[Token]) -> list[Rule | str | tuple[str, str]]:
    """What a rule declares: names and values, or its text where it holds more than these."""
    parts = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    if any(part.type != "declaration" for part in parts):
        return [tinycss2.serialize(content).strip()]  # nested rules, or tricks for old browsers: the author's own text
    important = {True: "!important", False: ""}
    return [(part.name, tinycss2.serialize(part.value).strip() + important[part.important]) for part in parts]


def _split(tokens: list[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            groups.append([])
        else:
            groups[-1].append(token)
    return groups


def _usable(selector: list[Token], known: Names) -> bool:
    """Whether all that `selector` requires is known. What stands in :not() is not required; in :is(), one is enough."""
    pseudo = False
    for token in selector:
        if token.type == "hash" and token.value not in known:
            return False
        if token.type == "ident" and not pseudo and token.value not in known and token.lower_value not in known:
            return False
        if token.type == "function" and token.lower_name in {"is", "where", "has"}:
            if not any(_usable(inner, known) for inner in _split(token.arguments)):
                return False
        pseudo = token.type == "literal" and token.value == ":"
    return True


def _keyframes_name(rule: str) -> str | None:
    match = re.match(r"@(?:-\w+-)?keyframes\s+([\w-]+)", rule)
    return match and match[1]


def _drop_variables(rules: list[Any], used: set[str], beginnings: tuple[str, ...]) -> list[Any]:
    kept: list[Any] = []
    for rule in rules:
        if isinstance(rule, Rule):
            parts = rule.body
            if isinstance(rule.body[0], (Rule, str)):
                parts = _drop_variables(rule.body, used, beginnings)
            parts = [p for p in parts if not _is_idle(p, used, beginnings)]
            rule = Rule(rule.prelude, parts)
        if isinstance(rule, (str, tuple)) or rule.body:
            kept.append(rule)
    return kept


def _is_idle(part: Any, used: set[str], beginnings: tuple[str, ...]) -> bool:
    """Whether a declaration sets a variable that nothing reads."""
    if not isinstance(part, tuple) or part[0][:2] != "--":
        return False
    return part[0] not in used and not (beginnings and part[0].startswith(beginnings))
