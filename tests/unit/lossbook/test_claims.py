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


@pytest.mark.parametrize("thing", [None, "yes", 1, 0.5, torch.tensor(1.0), lambda: True])
def test_what_has_no_truth_value_is_refused(thing):
    with pytest.raises(TypeError, match="the loss falls"):
        claim("the loss falls", thing)
