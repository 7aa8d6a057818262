"""The mathematics and data of the lesson: what is true."""

from importlib.metadata import PackageNotFoundError, version

from lossbook.claims import claim
from lossbook.functional import cross_entropy, log_softmax, nll_loss, softmax

try:
    __version__ = version("lossbook")
except PackageNotFoundError:  # read from a folder that nobody installed
    __version__ = "0"

__all__ = ["claim", "cross_entropy", "log_softmax", "nll_loss", "softmax"]
