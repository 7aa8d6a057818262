"""Hold all that kernelfree remembers while one Python process runs, which is one kernel and so one page of a book."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary, WeakSet


@dataclass
class State:
    """Holds the process-wide values; a comment names the module that sets the value."""

    #: Hex colour -> CSS value, set by ``use_theme``; empty until an author calls it (draw/theme.py).
    theme: dict[str, str] = field(default_factory=dict)
    #: How often each drawing was asked for, since two equal pictures on one page need different ids (draw/still.py).
    pictures: Counter[str] = field(default_factory=Counter)
    #: The names that figures have taken: a second ``f`` becomes ``f-2`` (interaction/figure.py).
    names: set[str] = field(default_factory=set)
    #: The numbers of the figures to come; each takes one (interaction/figure.py, deliver/explorable.py).
    instances: Iterator[int] = field(default_factory=lambda: count(1))
    #: The recording of the ``draw()`` call that is running now, if one is (record/recording.py): an ``interact`` that
    #: this call makes in its turn (interaction/call.py, dropin/boxes.py) shows itself there.
    recording: Any = None
    #: Widget -> the key that its controls share in all figures of the page (interaction/figure.py).
    shared: WeakKeyDictionary[Any, str] = field(default_factory=WeakKeyDictionary)
    #: Widget -> the figure whose output, or one of whose controls, it is (dropin/boxes.py).
    outputs: WeakKeyDictionary[Any, Any] = field(default_factory=WeakKeyDictionary)
    controls: WeakKeyDictionary[Any, Any] = field(default_factory=WeakKeyDictionary)
    #: Figure -> the boxes in which an author displayed its controls before its output (dropin/boxes.py).
    boxes: WeakKeyDictionary[Any, list[Any]] = field(default_factory=WeakKeyDictionary)
    #: The figures that were shown with their controls, before their output was displayed (dropin/boxes.py).
    brought: WeakSet[Any] = field(default_factory=WeakSet)

    def reset(self) -> None:
        """Forget everything, as in a process that has just started."""
        vars(self).update(vars(State()))


state = State()
