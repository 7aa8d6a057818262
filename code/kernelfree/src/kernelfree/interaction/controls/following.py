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
    visited: list[_Visited] = []
    with originals.rehearsal(list(widgets.values())) as rehearsal:
        if group:
            visited = _visit(widgets, kinds, group, most, rehearsal)
    others = {type(one).__name__ for one in rehearsal[0] if one not in widgets.values()}
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
    """Return the states that can be reached; none where no control follows another, or where they cannot be listed."""
    every, seen, saved, visited = list(widgets.values()), dict[str, int](), list[Any](), list[_Visited]()
    changed, has_shown = rehearsal
    move = {name: "index" if hasattr(widgets[name], "index") else "value" for name in group}

    def arrive() -> int:
        traits = ("_options_labels", "min", "max", "step")
        state = repr([[getattr(widgets[name], one, None) for one in (move[name], *traits)] for name in group])
        if state not in seen:
            seen[state] = len(saved)
            saved.append(originals.save_traits(every))
        return seen[state]

    arrive()
    for start in saved:  # which grows meanwhile
        originals.restore_traits(every, start)
        visited.append(([kinds[name].from_widget(name, widgets[name]) for name in group], [[] for _ in group]))
        for name, control, leads in zip(group, *visited[-1], strict=True):
            before = dict(changed)
            for position, value in enumerate(control.values):
                originals.restore_traits(every, start)
                with suppress(Exception):  # Jupyter logs what an observer raises, and goes on
                    setattr(widgets[name], move[name], position if move[name] == "index" else value)
                leads.append(arrive())
            if widgets[name] not in before:  # moving it by hand is no following
                changed.pop(widgets[name], None)
        followers = [name for name in widgets if widgets[name] in changed]
        unmovable = not set(followers) <= kinds.keys()
        too_many = len(saved) > most or len(saved) * sum(map(len, visited[-1][1])) > _MAX_MOVES
        if not followers or unmovable or too_many or has_shown():
            return []
        if late := [name for name in followers if name not in group]:
            originals.restore_traits(every, saved[0])
            return _visit(widgets, kinds, [*group, *late], most, rehearsal)
    return visited


def _listed(controls: list[Control], visited: list[_Visited]) -> tuple[list[Control], Following]:
    """Give each control the values that it has in any of the states, and number states and moves by them."""
    listed, moves, columns = dict[str, Any](), dict[str, list[list[int | None]]](), list[list[int]]()
    for k, name in enumerate(group := [control.name for control in visited[0][0]]):
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
