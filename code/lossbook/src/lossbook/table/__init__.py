"""The lesson's table of three examples and five classes, and what the two chapters that take it apart show live."""

from lossbook.table.scores import LOGITS, TARGET, Table

__all__ = ["LOGITS", "TARGET", "Table"]
