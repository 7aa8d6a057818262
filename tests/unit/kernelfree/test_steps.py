"""Guided steps under Node: when a step is done, what back and skip do, and what was kept of an earlier visit."""

from __future__ import annotations

import pytest

from javascript import run_node
from kernelfree.deliver.modules import bundle, load_modules
from kernelfree.deliver.rewrite import FrontEndError

# The steps of a figure whose state is one number.
FRONT = """
import { pathOf } from "kernelfree/steps";
const LIST = [
  { ask: "up", done: (now, before) => now > before, seen: "higher than before" },
  { ask: "below 0", done: (now) => now < 0, seen: "below" },
  { ask: "jump", done: (now, before, last) => now - last >= 5, seen: "far from the last" },
];
export default (acts, kept) => {
  const path = pathOf(LIST, kept);
  return acts.map(([name, value]) => [path[name](value), path.place()]);
};
"""
SCRIPT = """
import { readFileSync } from "node:fs";
const { default: front } = await import(process.env.MODULE);
process.stdout.write(JSON.stringify(front(...JSON.parse(readFileSync(0, "utf8")))));
"""


@pytest.fixture
def walk(tmp_path):
    """Gives a function that does acts [[name, value], ...] and returns [whether it changed, place] for each."""
    (tmp_path / "front.js").write_text(FRONT, encoding="utf-8")
    module = tmp_path / "front.mjs"
    module.write_text(bundle(tmp_path / "front.js"), encoding="utf-8")
    return lambda acts, kept=None: run_node(SCRIPT, [acts, kept], module)


N, Y = False, True
FRESH = {"at": 0, "open": True, "done": [N, N, N]}


def test_a_step_is_done_by_an_act_after_it_was_opened_and_stays_done(walk):
    (first, start), (down, _), (up, at), (again, after) = walk([["see", 3], ["see", 2], ["see", 4], ["see", 1]])
    assert first and start == FRESH
    assert not down, "lower than at the start is not what is asked"
    assert up and at["done"] == [Y, N, N]
    assert not again and after == at


def test_a_step_compares_with_the_state_in_which_it_was_opened_and_with_the_last(walk):
    *_, (_, slowly), (_, jumped) = walk([["see", 0], ["go", 1], ["go", 1], ["see", 4], ["see", 8], ["see", 13]])
    assert slowly["done"] == [N, N, N] and jumped["done"] == [N, N, Y]
    *_, (_, back), (_, lower), (_, higher) = walk(
        [["see", 0], ["go", 1], ["see", 9], ["go", -1], ["see", 8], ["see", 10]]
    )
    assert back["at"] == 0 and back["done"] == lower["done"] == [N, N, N], "9 is where it was opened"
    assert higher["done"] == [Y, N, N]


def test_what_is_so_already_is_done_when_its_step_is_opened(walk):
    *_, (changed, place) = walk([["see", -2], ["go", 1]])
    assert changed and place == {"at": 1, "open": True, "done": [N, Y, N]}


def test_nothing_lies_before_the_first_nor_after_the_last(walk):
    before, *_, last, after = walk([["go", -1], ["see", 0], ["go", 1], ["go", 1], ["go", 1]])
    assert before == [False, FRESH]
    assert last[1]["at"] == 2 and after == [False, last[1]]


def test_closed_steps_notice_nothing_and_go_on_where_they_were(walk):
    *_, (_, shut), (noticed, _), (_, opened), (_, done) = walk(
        [["see", 0], ["unfold", False], ["see", 5], ["unfold", True], ["see", 6]]
    )
    assert shut["open"] is False and not noticed
    assert opened["done"] == [N, N, N], "what happened while they were closed does not count"
    assert done["done"] == [Y, N, N]


def test_an_earlier_visit_is_taken_up_if_it_fits(walk):
    kept = {"at": 2, "open": False, "done": [Y, N, N]}
    assert walk([["see", 0]], kept) == [[True, kept]]


@pytest.mark.parametrize(
    "kept",
    [
        *({**FRESH, "at": at} for at in (3, -1, 0.5, "1", None)),
        *({**FRESH, "done": done} for done in ([N, N], [N, N, N, N], "abc", None)),
        {"at": 0, "done": [N, N, N]},
        [],
        "text",
        7,
    ],
)
def test_what_does_not_fit_is_left_alone(walk, kept):
    assert walk([["see", 0]], kept) == [[True, FRESH]]


def test_only_figures_that_ask_for_the_steps_carry_them(tmp_path):
    (tmp_path / "plain.js").write_text('import { clamp } from "kernelfree";\nexport default { clamp };\n')
    (tmp_path / "guided.js").write_text('import { steps } from "kernelfree/steps";\nexport default { steps };\n')
    carried = {name: {m.name for m in load_modules(tmp_path / f"{name}.js")} for name in ("plain", "guided")}
    assert carried == {"plain": {"kit", "plain"}, "guided": {"kit", "steps", "guided"}}
    (tmp_path / "wrong.js").write_text('import { steps } from "kernelfree/step";\nexport default { steps };\n')
    with pytest.raises(FrontEndError, match='"kernelfree", "kernelfree/steps" or a file beside it'):
        load_modules(tmp_path / "wrong.js")
