"""Check answers with the JavaScript that pages run, under Node."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from javascript import run_node
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
    import { readFileSync } from "node:fs";
    const { respond, reveal } = await import(process.env.MODULE);
    const answer = ([key, text, given]) => text === null ? reveal(key, given) : respond(key, text, given);
    process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));
    """
    return [Reply(**said) for said in run_node(script, list(cases), STATIC / "replies.js")]


def reply(key: dict[str, Any], text: str | None, given: int = 0) -> Reply:
    """Check one answer."""
    return replies([(key, text, given)])[0]


@cache
def words() -> dict[str, str]:
    """Return the sentences that replies are made of, by name."""
    script = "process.stdout.write(JSON.stringify((await import(process.env.MODULE)).WORDS));"
    return run_node(script, None, STATIC / "replies.js")
