"""Split text into the words of the index, as ``static/rank.js`` splits what a reader types; a test compares the two."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator

#: Signs that belong to the letter before them: accents, vowel signs.
_SIGNS = "".join(chr(code) for code in range(0x300, 0x11000) if unicodedata.category(chr(code))[0] == "M")
#: Numbers, and words with the hyphens that join them.
_TOKEN = re.compile(rf"[0-9]+(?:\.[0-9]+)+|[\w{_SIGNS}]+(?:-[\w{_SIGNS}]+)*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)*")
#: Where a name has parts: "cross_entropy", "one-hot", "CrossEntropyLoss".
_JOINT = re.compile(r"[_-]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
#: Scripts without spaces between words. Their words are pairs of characters, as in most search engines.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
#: Accents, and the vowel points of Hebrew and Arabic, which readers leave out.
_OPTIONAL = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
LONGEST = 40
#: Words of English questions, which Sphinx's list of words to leave out lacks.
ASKING = frozenset(
    "am been can could did do does get had has have how i me might must my need our should so too very want we what "
    "when where which who why would you your".split()
)

Stem = Callable[[str], str]


def split(text: str, stem: Stem) -> Iterator[str]:
    """Yield the words of a text: stems in lower case without accents. A name of several parts is a word itself, too."""
    text = re.sub("['\u2019](?:s\\b)?", "", unicodedata.normalize("NFKC", text))
    for token in _TOKEN.findall(_UNSPACED.sub(r" \g<0> ", text)):
        if _UNSPACED.match(token):
            yield from (token[i : i + 2] for i in range(max(1, len(token) - 1)))
        elif _NUMBER.fullmatch(token):
            yield token
        else:
            parts = [part for part in _JOINT.split(token) if part]
            whole = ["".join(parts)] if 1 < len(parts) < 5 else []
            yield from (_word(part, stem) for part in parts + whole if 1 < len(part) < LONGEST or part.isdigit())


def _word(part: str, stem: Stem) -> str:
    word = part.lower()
    word = _OPTIONAL.sub("", unicodedata.normalize("NFD", stem(word) if len(word) > 2 else word))
    return sys.intern(unicodedata.normalize("NFC", word))
