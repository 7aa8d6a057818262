"""Remove from a chapter's cells what hands values to its text (MyST-NB's glue): a notebook's text has the values."""

from __future__ import annotations

import ast
import re


def without_glue(sources: list[str]) -> list[str] | None:
    """Return a chapter's cells without the statements that glue values.

    None if one of them shares a line with other statements: it must stay, and with it what another cell imports.
    """
    found = [lines_of_glue(source) for source in sources]
    return (
        None
        if None in found
        else [
            "\n".join(line for n, line in enumerate(source.split("\n")) if n not in (dropped or ())).strip("\n")
            for source, dropped in zip(sources, found, strict=True)
        ]
    )


def lines_of_glue(source: str) -> set[int] | None:
    """Return the lines (from 0) of a cell that do nothing but glue values; None if other statements do so, too."""
    if "glue" not in source and "myst_nb" not in source:
        return set()
    try:
        tree = ast.parse(re.sub(r"^( *)[%!].*", r"\1pass", source, flags=re.MULTILINE))
    except SyntaxError:  # more of IPython's own syntax
        return None
    lines: dict[bool, set[int]] = {True: set(), False: set()}
    for statement in tree.body:
        glue = is_glue(statement)
        if not glue and any(map(mentions_glue, ast.walk(statement))):
            return None
        lines[glue].update(range(statement.lineno - 1, statement.end_lineno or statement.lineno))
    return None if lines[True] & lines[False] else lines[True]


def is_glue(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import(names=modules):
            return all(map(mentions_glue, modules))
        case ast.ImportFrom(module="myst_nb", names=modules):
            return all(module.asname is None for module in modules)
        case ast.Expr(value=ast.Call(func=ast.Name(id="glue") | ast.Attribute(attr="glue"))):
            return True
        case ast.For(body=body, orelse=rest) | ast.If(body=body, orelse=rest):
            return all(map(is_glue, [*body, *rest]))
        case ast.With(body=body):
            return all(map(is_glue, body))
    return False


def mentions_glue(node: ast.AST) -> bool:
    match node:
        case (
            ast.Name(id="glue")
            | ast.Attribute(attr="glue")
            | ast.alias(name="myst_nb")
            | ast.ImportFrom(module="myst_nb")
        ):
            return True
    return False
