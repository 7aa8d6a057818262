"""askback: exercises for Jupyter Book that check an answer in the browser and tell the reader which mistake it is."""

from importlib.metadata import PackageNotFoundError, version

from askback.exercise import Exercise, ask, guess, variant
from askback.questions import ExerciseError, choice, gaps, judge, match, number, order, shape

try:
    __version__ = version("askback")
except PackageNotFoundError:  # imported from a source folder that is not installed
    __version__ = "0"

__all__ = ["Exercise", "ExerciseError", "ask", "guess", "variant"]
__all__ += ["choice", "gaps", "judge", "match", "number", "order", "shape"]
