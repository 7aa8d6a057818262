"""Find out how controls follow each other, by moving the author's widgets as a reader would.

Towns that an observer changes with the land, a ``k.max`` that is ``n``, two linked sliders: where a finite list of
states can be reached, the page looks up to which of them a move leads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kernelfree.interaction import originals
from kernelfree.interaction.controls.choices import Checkbox
from kernelfree.interaction.controls.control import Control, OptionsControl, distinct
from kernelfree.interaction.controls.sliders import NumberSlider

#: More moves than this are not tried.
_MAX_MOVES = 20_000


@dataclass(frozen=True)
class Following:
    """Holds the states of the controls ``names``, as their positions; the first is what the figure starts with.

    ``moves[name][state][position]`` is the state to which moving a control leads, ``None`` where it is not offered.
    """

    names: Sequence[str] = ()
    states: Sequence[tuple[int, ...]] = ((),)
    moves: Mapping[str, list[list[int | None]]] = field(default_factory=dict)


#: Of controls that do not follow each other.
ALONE = Following()
#: The controls in one state, and for each of them the states to which its positions lead.
_Visited = tuple[list[Control], list[list[int]]]


def follow(
    widgets: Mapping[str, Any], controls: list[Control], most: int
) -> tuple[list[Control], Following, list[str]]:
    """Return the controls with all values that they can come to have, how they follow, and notes on what does not.

    ``most`` is how many states there may be.
    """
    observers = {name: own for name, widget in widgets.items() if (own := originals.observers_of(widget))}
    kinds = {one.name: type(one) for one in controls if isinstance(one, (NumberSlider, OptionsControl, Checkbox))}
    group = [name for name in kinds if name in observers]
    following, still = ALONE, ["other controls"]
    if group:
        with originals.Rehearsal(widgets.values()) as rehearsal:
            visited = _visit(widgets, kinds, group, most, rehearsal)
        others = sorted({type(one).__name__ for one in rehearsal.changed if one not in widgets.values()})
        if visited:
            controls, following = _listed(controls, group, visited)
        still = others if visited else others or still
    notes = [
        f"{name!r} is observed by {one}, which does not run on the page: what it changes ({', '.join(still)}) stays "
        "as it is there"
        for name in observers
        for one in observers[name]
        if still
    ]
    return controls, following, notes


def _visit(
    widgets: Mapping[str, Any],
    kinds: Mapping[str, type[Control]],
    group: list[str],
    most: int,
    rehearsal: originals.Rehearsal,
) -> list[_Visited]:
    """Return the states that can be reached; none where no control follows another, or too many do.

    Adds to ``group`` the controls that turn out to follow.
    """
    seen: dict[str, int] = {}
    saved: list[Any] = []

    def arrive() -> int:
        own = rehearsal.state_of([widgets[name] for name in group])
        if own not in seen:
            seen[own] = len(saved)
            saved.append(rehearsal.save())
        return seen[own]

    arrive()
    visited: list[_Visited] = []
    for start in saved:  # which grows meanwhile
        rehearsal.restore(start)
        controls = [kinds[name].from_widget(name, widgets[name]) for name in group]
        leads: list[list[int]] = [[] for _ in group]
        for control, row in zip(controls, leads, strict=True):
            for position, value in enumerate(control.values):
                rehearsal.restore(start)
                if position != control.start:
                    rehearsal.move(widgets[control.name], value)
                row.append(arrive())
        visited.append((controls, leads))
        follow = [name for name, widget in widgets.items() if widget in rehearsal.changed]
        if not follow or not set(follow) <= kinds.keys() or len(saved) > most or rehearsal.has_shown():
            return []
        if len(saved) * sum(map(len, leads)) > _MAX_MOVES:
            return []
        if late := [name for name in follow if name not in group]:
            group += late
            rehearsal.restore(saved[0])
            return _visit(widgets, kinds, group, most, rehearsal)
    return visited


def _listed(controls: list[Control], group: list[str], visited: list[_Visited]) -> tuple[list[Control], Following]:
    """Give each control of ``group`` the values that it has in any state, and number states and moves by them."""
    listed: dict[str, Any] = {}
    columns: list[list[int]] = []
    moves: dict[str, list[list[int | None]]] = {}
    for k, name in enumerate(group):
        versions: list[Any] = [own[k] for own, _ in visited]
        every = {_key(one, at): (one.values[at], one.labels[at]) for one in versions for at in range(len(one.values))}
        if isinstance(versions[0], NumberSlider):
            every = dict(sorted(every.items()))
        position = {key: number for number, key in enumerate(every)}
        values, labels = map(list, zip(*every.values(), strict=True))
        columns.append([position[_key(one, one.start)] for one in versions])
        listed[name] = replace(versions[0], values=values, labels=distinct(labels), start=columns[-1][0])
        moves[name] = [[None] * len(every) for _ in visited]
        for row, one, (_, leads) in zip(moves[name], versions, visited, strict=True):
            for at, state in enumerate(leads[k]):
                row[position[_key(one, at)]] = state
    following = Following(group, list(zip(*columns, strict=True)), moves)
    return [listed.get(control.name, control) for control in controls], following


def _key(control: Control, at: int) -> Any:
    """Return what tells two values of a control apart: texts and values of options, numbers."""
    return control.values[at] if isinstance(control, NumberSlider) else (control.labels[at], repr(control.values[at]))
