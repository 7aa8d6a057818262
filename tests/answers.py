"""Check answers with the JavaScript that pages run, under Node."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from javascript import exports_of, run_node
from project import source

STATIC = source("askback") / "static"


class Reply(NamedTuple):
    """The reply to an answer. ``state`` is None if the answer was refused."""

    state: str | None
    text: str
    given: int


def replies(cases: Iterable[tuple[dict[str, Any], str | None, int]]) -> list[Reply]:
    """Check each ``(key, text, hints given so far)``; without a text, ask for the answer."""
    script = """
    const answer = ([key, text, given]) => text === null ? reveal(key, given) : respond(key, text, given);
    return given.map(answer);
    """
    return [Reply(**said) for said in run(script, list(cases))]


def reply(key: dict[str, Any], text: str | None, given: int = 0) -> Reply:
    """Check one answer."""
    return replies([(key, text, given)])[0]


def run(body: str, given: Any) -> Any:
    """Return what the JavaScript ``body`` of a function of ``given`` returns, beside all exports of numbers.js."""
    script = f"""
    import {{ readFileSync }} from "node:fs";
    const {{ respond, reveal, read, WORDS }} = (await import(process.env.MODULE)).default;
    const run = (given) => {{ {body} }};
    process.stdout.write(JSON.stringify(run(JSON.parse(readFileSync(0, "utf8")))));
    """
    return run_node(script, given, bundled())


@cache
def bundled() -> Path:
    """Write numbers.js and what it imports as one module for Node."""
    path = Path(tempfile.mkdtemp(), "numbers.mjs")
    path.write_text(exports_of(STATIC / "numbers.js"), encoding="utf-8")
    return path


@cache
def words() -> dict[str, str]:
    """Return the sentences that replies are made of, by name."""
    return run("return WORDS;", None)
