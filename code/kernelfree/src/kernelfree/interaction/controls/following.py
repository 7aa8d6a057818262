"""Find out how controls follow each other, by moving the author's widgets as a reader would.

Towns that an observer changes with the land, a ``k.max`` that is ``n``, two linked sliders: where a finite list of
states can be reached, the page looks up to which of them a move leads.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
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


def follow(widgets: Mapping[str, Any], controls: list[Control], most: int) -> tuple[list[Control], Following, Any]:
    """Return the controls with all their values, their at most ``most`` states, and notes on what does not follow."""
    observers = {name: own for name, widget in widgets.items() if (own := originals.observers_of(widget))}
    kinds = {one.name: type(one) for one in controls if isinstance(one, (NumberSlider, OptionsControl, Checkbox))}
    group = [name for name in kinds if name in observers]
    with originals.rehearsal(list(widgets.values())) as rehearsal:
        visited = _visit(widgets, kinds, group, most, rehearsal) if group else []
    others = {type(one).__name__ for one in rehearsal.changed if one not in widgets.values()}
    unlisted = ", ".join(sorted(others)) or ("" if visited else "other controls")
    notes = [
        f"{name!r} is observed by {one}, which does not run on the page: what it changes ({unlisted}) stays"
        for name in observers
        for one in observers[name]
        if unlisted
    ]
    return (*_listed(controls, visited), notes) if visited else (controls, ALONE, notes)


def _visit(
    widgets: Mapping[str, Any], kinds: Mapping[str, Any], group: list[str], most: int, rehearsal: originals.Rehearsal
) -> list[_Visited]:
    """Return the states that can be reached; none where no control follows another, or where they cannot be listed.

    Of sliders ``n`` from 1 to 3 and ``k``, whose ``max`` an observer makes ``n``, the states are (1, 1), (2, 1),
    (3, 1), (2, 2), (3, 2), (3, 3), as they are found. In the first, ``n`` leads to the states 0, 1, 2 and ``k`` to 0.
    """
    every, numbers, queue, visited = list(widgets.values()), dict[str, int](), list[Any](), list[_Visited]()

    def arrive() -> int:
        """Return the number of the state in which the widgets are; a new one waits in the queue to be visited."""
        moved = [widgets[name] for name in group]
        limits = [[getattr(one, trait, None) for trait in ("_options_labels", "min", "max", "step")] for one in moved]
        state = repr([[getattr(one, "index", one.value) for one in moved], limits])  # two options may be equal
        if state not in numbers:
            numbers[state] = len(queue)
            queue.append(originals.save_traits(every))
        return numbers[state]

    arrive()
    for start in queue:  # arrive() adds to it meanwhile
        originals.restore_traits(every, start)
        controls = [kinds[name].from_widget(name, widgets[name]) for name in group]
        leads: list[list[int]] = [[] for _ in controls]
        for control, row in zip(controls, leads, strict=True):
            rehearsal.moved = widgets[control.name]
            for position, value in enumerate(control.values):
                originals.restore_traits(every, start)
                _move(rehearsal.moved, position, value)
                row.append(arrive())
        visited.append((controls, leads))
        followers = [name for name in widgets if widgets[name] in rehearsal.changed]
        beyond_page = not set(followers) <= kinds.keys() or rehearsal.has_shown()
        too_many = len(queue) > most or len(queue) * sum(map(len, leads)) > _MAX_MOVES
        if not followers or beyond_page or too_many:
            return []
        if late := [name for name in followers if name not in group]:  # once more from the start, with these too
            originals.restore_traits(every, queue[0])
            return _visit(widgets, kinds, [*group, *late], most, rehearsal)
    return visited


def _move(widget: Any, position: int, value: Any) -> None:
    """Move a widget to its value ``value``, which is number ``position``, as a reader would."""
    with suppress(Exception):  # Jupyter logs what an observer raises, and goes on
        if hasattr(widget, "index"):
            widget.index = position
        else:
            widget.value = value


def _listed(controls: list[Control], visited: list[_Visited]) -> tuple[list[Control], Following]:
    """Give each control the values that it has in any of the states, and number states and moves by them.

    In the example of ``_visit``, ``k`` gets the values 1, 2, 3; its moves in state 0 are ``[0, None, None]``.
    """
    group = [control.name for control in visited[0][0]]
    listed, moves, columns = dict[str, Any](), dict[str, list[list[int | None]]](), list[list[int]]()
    for number, name in enumerate(group):
        versions: list[Any] = [in_state[number] for in_state, _ in visited]  # the control as each state has it
        found = {_key(one, at): (one.values[at], one.labels[at]) for one in versions for at in range(len(one.values))}
        if isinstance(versions[0], NumberSlider):
            found = dict(sorted(found.items()))
        positions = {key: position for position, key in enumerate(found)}
        values, labels = map(list, zip(*found.values(), strict=True))
        columns.append([positions[_key(version, version.start)] for version in versions])
        listed[name] = replace(versions[0], values=values, labels=distinct(labels), start=columns[-1][0])
        moves[name] = [[None] * len(found) for _ in visited]
        for row, version, (_, leads) in zip(moves[name], versions, visited, strict=True):
            for at, state in enumerate(leads[number]):
                row[positions[_key(version, at)]] = state
    following = Following(group, list(zip(*columns, strict=True)), moves)
    return [listed.get(control.name, control) for control in controls], following


def _key(control: Control, at: int) -> Any:
    """Return what tells two values of a control apart: texts and values of options, numbers."""
    return control.values[at] if isinstance(control, NumberSlider) else (control.labels[at], repr(control.values[at]))
