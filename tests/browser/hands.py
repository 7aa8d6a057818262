"""A reader's hands on the live figures of any page: finds each slider and handle, moves it, and sees what changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engines import Engine

from exercises import Asked
from sitepages import pages

LIBRARY = Path(__file__).with_name("hands.js").read_text(encoding="utf-8")
ANSWERS = Path(__file__).with_name("exercises.js").read_text(encoding="utf-8")


def wake_all(engine: Engine) -> list[str]:
    """Scroll to each figure of the page and wait until it answers. Returns their names."""
    engine.run(f"() => {{ {LIBRARY} }}")
    names = engine.run("() => hands.figures().map((_, i) => hands.name(i))")
    for i, _ in enumerate(names):
        engine.wait("(i) => hands.wake(i)", i)
    return names


def move_all(engine: Engine, where: str, moved: dict[str, int], most: int | None = None) -> list[str]:
    """Move every slider and handle of the open page by keyboard and by pointer. Returns what did not answer.

    With ``most``, at most so many of each figure.
    """
    faults: list[str] = []
    for i, name in enumerate(wake_all(engine)):
        if engine.run("(i) => 'failed' in hands.figures()[i].dataset", i):
            faults.append(f"{where}: {name} failed")
            continue
        count = engine.run("(i) => hands.sliders(i).length", i)
        for k in range(count)[:most]:
            label = f"{where}: {name}: {engine.run('(i, k) => hands.label(i, k)', i, k)!r}"
            faults += [f"{label} {fault}" for fault in (*_by_keyboard(engine, i, k), *_by_pointer(engine, i, k))]
            engine.run("(i) => hands.reset(i)", i)
        # A figure of choices alone has none; its own tests make them.
        moved[f"{where}: {name}"] = count or engine.run("(i) => hands.choices(i)", i)
    return faults


def _seen(engine: Engine, i: int) -> dict[str, str]:
    # Two frames, so that what is drawn in an animation frame is drawn.
    return engine.run(
        "(i) => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(hands.seen(i)))))", i
    )


def _differs(before: dict[str, str], after: dict[str, str], how: str) -> list[str]:
    return [f"{how} does not change the {part}" for part in ("picture", "numbers") if before[part] == after[part]]


def _by_keyboard(engine: Engine, i: int, k: int) -> list[str]:
    if not engine.run("(i, k) => hands.focus(i, k)", i, k):
        return ["cannot be focused"]
    engine.press("Home")
    low = _seen(engine, i)
    engine.press("End")
    high = _seen(engine, i)
    engine.press("ArrowLeft")
    after = _seen(engine, i)
    engine.press("PageDown")
    page = _seen(engine, i)
    return [
        *_differs(low, high, "End after Home"),
        *_differs(high, after, "ArrowLeft")[-1:],
        *_differs(after, page, "PageDown")[-1:],
    ]


def _by_pointer(engine: Engine, i: int, k: int) -> list[str]:
    engine.run("(i) => hands.reset(i)", i)
    place: dict[str, Any] = engine.run("(i, k) => hands.place(i, k)", i, k)
    if not place["hit"]:
        return ["is covered where the pointer meets it"]
    x, y = place["x"], place["y"]
    before = _seen(engine, i)
    if place["range"]:
        quarter = place["width"] / 4
        for start, end in (((x - quarter, y), (x + quarter, y)), ((x + quarter, y), (x - quarter, y))):
            engine.drag(start, end)
            if not (faults := _differs(before, _seen(engine, i), "a drag")):
                return []
        return faults
    for dx, dy in ((40, 0), (-40, 0), (0, 40), (0, -40)):
        engine.drag((x, y), (x + dx, y + dy))
        if not (faults := _differs(before, _seen(engine, i), "a drag")):
            return []
    return faults


def answers_of(engine: Engine, asked: list[Asked]) -> list[str]:
    """Answer the exercises of the open page through their forms: the right answer, each named mistake, garbage.

    Returns what they replied otherwise than their keys say. Each is left as it was found.
    """
    faults: list[str] = []
    for one in asked:
        wanted = one.expected()
        script = f"async (name, texts) => {{ {ANSWERS} return answers(name, texts); }}"
        heard = engine.run(script, one.name, [text for text, _, _ in wanted])
        for (text, state, reply), (_, found, said) in zip(wanted, heard, strict=False):
            if found != state or (said != reply if reply is not None else not said):
                faults.append(f"{one.name}: {text[:40]!r} is {found}: {said[:80]!r}, not {state}: {reply!r}")
        if len(heard) != len(wanted):
            faults.append(f"{one.name} did not wake")
    if engine.run("() => window.hit ?? null") is not None:
        faults.append("an answer was run as a script")
    return faults


#: Brings the focus to a part of an exercise; a line's button by the line's letter.
FOCUS = """(name, part) => {
  const node = document.querySelector(`[data-exercise="${name}"] ${part}`);
  node.focus();
  return node === document.activeElement;
}"""
HEARD = """(name) => new Promise((done) => setTimeout(() => {
  const root = document.querySelector(`[data-exercise="${name}"]`);
  done([root.dataset.state, root.querySelector('[role="status"]').textContent]);
}, 50))"""


def answer_by_keys(engine: Engine, one: Asked) -> list[str]:
    """Answer an exercise of the open page with the keyboard alone. Returns what did not work."""
    engine.run(f"async (name) => {{ {ANSWERS} return wake(name); }}", one.name)
    focus = lambda part: engine.run(FOCUS, one.name, part)  # noqa: E731
    kind, answer = one.kind, one.right()[0]
    if kind == "order":
        for place, letter in enumerate(answer.split(", ")):
            line = f'[data-letter="{letter}"]'
            focus(f"{line} .askback-up")
            above = "(name, line) => document.querySelectorAll(`[data-exercise=${name}] li:has(~ ${line})`).length"
            engine.press(*["Enter"] * (engine.run(above, one.name, line) - place))
        focus(".askback-check")
    elif kind == "choice":
        focus("input")
        if not one.key["several"]:
            engine.press(" ", *["ArrowDown"] * (ord(answer) - 97))
        else:
            for letter in map(chr, range(97, 97 + len(one.key["options"]))):
                engine.press(*[" "] * (letter in answer), "Tab")
            focus(".askback-check")
    else:
        focus(".askback-typed")
        parts = one.parts() if kind == "gaps" else [one]
        for part, text in zip(parts, answer.split("\n") if kind == "gaps" else [answer], strict=True):
            options = part.key.get("options")
            if part is not parts[0]:
                engine.press("Tab")
            short = f"{float(text):.6g}" if part.kind == "number" else text
            # A menu begins with an empty line.
            engine.press(*(["ArrowDown"] * (ord(text) - 96) if options else short))
        if kind == "judge":
            engine.press("Tab")
    if kind == "gaps":
        focus(".askback-check")
    engine.press("Enter")
    state, said = engine.run(HEARD, one.name)
    wanted = "shown" if kind == "judge" else "right"
    return [] if state == wanted and said else [f"{one.name}, by keys: {state}: {said!r}"]


def walk_through(kind: type[Engine], address: str, site: Path, asked: list[Asked]) -> list[str]:
    """Open each page of the book that has figures or exercises once, and move and answer all of them.

    Raises engines.Missing.
    """
    engine, moved, faults = kind(), {}, []
    keyed = {"order None"} if engine.name == "webkit" else set()  # there a line takes seconds to move
    try:
        for name in pages(site):
            here = [one for one in asked if one.page == name]
            if not here and "data-live-figure=" not in (site / name).read_text("utf-8"):
                continue
            engine.open(f"{address}/{name}")
            faults += move_all(engine, name, moved)
            for one in here:  # one of each kind by keyboard alone
                if (sort := f"{one.kind} {one.key.get('several')}") not in keyed:
                    faults += [f"{name}: {fault}" for fault in answer_by_keys(engine, one)]
                keyed.add(sort)
            faults += [f"{name}: {fault}" for fault in answers_of(engine, here)]
            faults += engine.run("() => (window.slips ?? []).splice(0)")
    finally:
        engine.close()
    idle = [f"{where} has no slider or handle" for where, count in moved.items() if not count]
    assert moved, "no page of the book holds a live figure"
    return [*faults, *idle, *engine.slips]
