"""The book's figures that are computed in the browser: a ``name.py`` and a ``name.js`` for each."""

from lossbook.explorables.table import LossTable

__all__ = ["LossTable"]
