"""The mathematics and data of the lesson: what is true."""

from lossbook.functional import cross_entropy, log_softmax, nll_loss, softmax

__all__ = ["softmax", "log_softmax", "nll_loss", "cross_entropy"]
