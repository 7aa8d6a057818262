"""Fonts cut to the characters that pages show."""

import hashlib
import io

from fontTools import subset
from fontTools.ttLib import TTFont

#: OpenType features that math fonts need (script sizes, dotless letters, flat accents) or that place marks.
FEATURES = ["ssty", "dtls", "flac", "kern", "mark", "ccmp"]


def cut(font: bytes, characters: set[str]) -> bytes:
    """Return `font` as woff2 with the glyphs for `characters`, and those that replace, stretch or accent them.

    Characters that the font lacks are left to the browser's other fonts. Equal input gives equal bytes.
    """
    parsed = TTFont(io.BytesIO(font), recalcTimestamp=False)
    subsetter = subset.Subsetter(subset.Options(recalc_timestamp=False, layout_features=FEATURES))
    subsetter.populate(unicodes=sorted(map(ord, characters | {" "})))
    subsetter.subset(parsed)
    parsed.flavor = "woff2"
    out = io.BytesIO()
    parsed.save(out)
    return out.getvalue()


def digest(data: bytes) -> str:
    """Return the few hex digits that name a file after its content, so that it may be cached for ever."""
    return hashlib.sha256(data).hexdigest()[:10]


def characters(font: bytes) -> set[str]:
    """Return the characters that `font` can show."""
    return set(map(chr, TTFont(io.BytesIO(font)).getBestCmap()))
