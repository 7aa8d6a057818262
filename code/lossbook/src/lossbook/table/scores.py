"""The lesson's table: what one model scored for 3 examples over 5 classes, and a way to show such a table."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import torch
from torch import Tensor

#: Scores of shape (3, 5): a row an example, a column a class. From Gilliam (2020), as printed there, with four
#: decimals. The scores behind that print had more, so two of its results end one unit lower than these scores give:
#: the mean loss (2.4372 there, 2.4373 here) and the last probability of example 0 (0.0433 there, 0.0434 here).
LOGITS: Tensor = torch.tensor(
    [
        [-0.3139, 0.6737, -0.0143, 1.9929, -0.6949],
        [0.5285, 0.1311, 0.2628, 0.6450, 1.7745],
        [-1.7458, 2.0199, -0.1365, 1.4622, -0.0940],
    ]
)
#: The right class of each example, shape (3,).
TARGET: Tensor = torch.tensor([0, 3, 4])


@dataclass(frozen=True)
class Table:
    """A table of numbers with a row an example and a column a class; the right class of each row is marked.

    ``values`` has shape (N, C); ``target``, where given, holds class indices of shape (N,). Shows as an HTML table
    on a page (the marked cells are bold) and as aligned text elsewhere (marked with a star).
    """

    values: Tensor
    target: Tensor | None = None
    digits: int = 4

    def __post_init__(self) -> None:
        if self.values.dim() != 2:
            raise ValueError(f"a table needs values of shape (N, C), got {tuple(self.values.shape)}")
        if self.target is not None and tuple(self.target.shape) != (len(self.values),):
            raise ValueError(f"target must have shape ({len(self.values)},), got {tuple(self.target.shape)}")

    def _marked(self, row: int, column: int) -> bool:
        return self.target is not None and int(self.target[row]) == column

    def _number(self, value: float) -> str:
        return f"{value:.{self.digits}f}".replace("-", "\N{MINUS SIGN}")

    def __repr__(self) -> str:
        rows = [["", *(f"class {c}" for c in range(self.values.shape[1]))]]
        for n, row in enumerate(self.values.tolist()):
            cells = [self._number(value) + "* "[not self._marked(n, c)] for c, value in enumerate(row)]
            rows.append([f"example {n}", *cells])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">class {c}</th>' for c in range(self.values.shape[1]))
        body = ""
        for n, row in enumerate(self.values.tolist()):
            cells = ""
            for c, value in enumerate(row):
                number = escape(self._number(value))
                cells += (
                    f'<td class="right-class"><strong>{number}</strong></td>'
                    if self._marked(n, c)
                    else f"<td>{number}</td>"
                )
            body += f'<tr><th scope="row">example {n}</th>{cells}</tr>'
        return f'<table class="lesson-table"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>'
