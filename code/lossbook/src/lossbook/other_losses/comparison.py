"""A table of numbers with names at both sides, shown as HTML on a page and as aligned text elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Comparison:
    """``rows``: row name -> column name -> number. All rows have the same columns; None shows as a dash."""

    rows: Mapping[str, Mapping[str, float | None]]
    digits: int = 3

    def __post_init__(self) -> None:
        columns = {tuple(row) for row in self.rows.values()}
        if len(columns) != 1:
            raise ValueError(f"all rows of a comparison need the same columns, got {sorted(columns)}")

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(next(iter(self.rows.values())))

    def _number(self, value: float | None) -> str:
        if value is None:
            return "–"
        text = f"{value:.{self.digits}f}"
        return (text if float(text) else text.lstrip("-")).replace("-", "\N{MINUS SIGN}")  # never a negative 0

    def __repr__(self) -> str:
        lines = [["", *self.columns]]
        lines += [[name, *map(self._number, row.values())] for name, row in self.rows.items()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))])
            for line in lines
        )

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(column)}</th>' for column in self.columns)
        body = ""
        for name, row in self.rows.items():
            cells = "".join(f"<td>{escape(self._number(value))}</td>" for value in row.values())
            body += f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'
        return f'<table class="lesson-table"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>'
