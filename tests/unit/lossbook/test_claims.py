"""A claim holds, or it stops the build with its own sentence; what cannot fail is no claim."""

import numpy as np
import pytest
import torch

from lossbook import claim


@pytest.mark.parametrize("yes", [True, np.bool_(True), torch.tensor(True), np.array(True), torch.ones(3).eq(1).all()])
def test_what_holds_passes(yes):
    claim("the loss falls", yes)


@pytest.mark.parametrize("no", [False, np.bool_(False), torch.tensor(False)])
def test_what_does_not_hold_says_the_sentence(no):
    with pytest.raises(AssertionError, match="the loss falls"):
        claim("the loss falls", no)


@pytest.mark.parametrize("thing", [None, "yes", 1, 0.5, torch.tensor(1.0), [True]])
def test_what_has_no_truth_value_is_refused(thing):
    with pytest.raises(TypeError, match="the loss falls"):
        claim("the loss falls", thing)


def test_a_sentence_about_runs_is_tried_with_every_seed():
    tried = []
    claim("the loss falls", lambda seed: tried.append(seed) is None)
    claim("the loss falls", lambda seed: tried.append(seed) is None, seeds=range(10, 17))
    assert tried == [0, 1, 2, 3, 4, *range(10, 17)]


def test_the_seeds_that_contradict_are_named():
    with pytest.raises(AssertionError, match=r"2 of 5 runs contradict \(seeds \[1, 3\]\): the loss falls"):
        claim("the loss falls", lambda seed: seed % 2 == 0)


def test_fewer_than_five_runs_bear_no_sentence_about_runs():
    for seeds in (range(4), [1, 1, 1, 1, 1]):
        with pytest.raises(ValueError, match="at least 5 seeds"):
            claim("the loss falls", lambda seed: True, seeds=seeds)


def test_seeds_without_a_function_are_refused():
    with pytest.raises(ValueError, match="function of a seed"):
        claim("the loss falls", True, seeds=range(5))


def test_a_run_must_give_a_truth_value():
    with pytest.raises(TypeError, match="the loss falls"):
        claim("the loss falls", lambda seed: 0.5)
