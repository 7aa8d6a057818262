"""Remove from a chapter's cells what hands values to its text (MyST-NB's glue): a notebook's text has the values."""

from __future__ import annotations

import ast
import re

GLUE = re.compile(r"from myst_nb import \w+(, \w+)*|import myst_nb|(\w+\.)*glue\(.*\)", re.DOTALL)


def without_glue(sources: list[str]) -> list[str] | None:
    """Return a chapter's cells without the statements that glue values.

    None if something else uses glue, too: it must stay, and with it what another cell imports.
    """
    shorter = list(map(without_glue_statements, sources))
    return None if any(re.search(r"\b(glue|myst_nb)\b", source) for source in shorter) else shorter


def without_glue_statements(source: str) -> str:
    """Return a cell without the lines that do nothing but glue values."""
    try:
        tree = ast.parse(re.sub(r"^( *)[%!].*", r"\1pass", source, flags=re.MULTILINE))
    except SyntaxError:  # more of IPython's own syntax
        return source
    lines: dict[bool, set[int]] = {True: set(), False: set()}
    for statement in tree.body:
        lines[is_glue(statement)].update(range(statement.lineno, (statement.end_lineno or 0) + 1))
    dropped = lines[True] - lines[False]
    return "\n".join(line for n, line in enumerate(source.split("\n"), 1) if n not in dropped).strip("\n")


def is_glue(statement: ast.stmt) -> bool:
    match statement:
        case ast.For(body=body, orelse=rest) | ast.If(body=body, orelse=rest):
            return all(map(is_glue, [*body, *rest]))
        case ast.With(body=body):
            return all(map(is_glue, body))
    return GLUE.fullmatch(ast.unparse(statement)) is not None
