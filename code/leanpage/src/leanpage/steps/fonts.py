"""Subset fonts to the characters that pages show."""

import io
import logging
from collections.abc import Sequence

from fontTools import subset
from fontTools.ttLib import TTFont

# In a build that shows all messages, seventy of these would fill the author's terminal.
logging.getLogger("fontTools").setLevel(logging.WARNING)

#: OpenType features that math fonts need (script sizes, dotless letters, flat accents) or that place marks.
FEATURES = ["ssty", "dtls", "flac", "kern", "mark", "ccmp"]


def subset_font(font: bytes, characters: set[str], smaller: Sequence[set[str]] = ()) -> bytes:
    """Return `font` as woff2 with the glyphs for `characters`, and those that replace, stretch or accent them.

    `smaller` are the characters that also appear in scripts, and in scripts of scripts, for which a math font has forms
    of their own. Hinting, a third of a font, is left out; most systems ignore it. Equal input gives equal bytes,
    and a font that has none of the characters no bytes.
    """
    parsed = TTFont(io.BytesIO(font), recalcTimestamp=False)
    if not characters & set(map(chr, parsed.getBestCmap())):
        return b""
    _drop_small_forms(parsed, smaller)
    _fix_arrow_joints(parsed)
    options = subset.Options(recalc_timestamp=False, layout_features=FEATURES, hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted(map(ord, characters | {" "})))
    subsetter.subset(parsed)
    parsed.flavor = "woff2"
    out = io.BytesIO()
    parsed.save(out)
    return out.getvalue()


def _drop_small_forms(font: TTFont, smaller: Sequence[set[str]]) -> None:
    """Remove the forms for scripts (`ssty`) of all characters that appear in no such size."""
    if "GSUB" not in font:
        return
    glyphs = font.getBestCmap()
    kept = [{glyphs[ord(character)] for character in level if ord(character) in glyphs} for level in smaller]
    table = font["GSUB"].table
    features = [record.Feature for record in table.FeatureList.FeatureRecord if record.FeatureTag == "ssty"]
    for number in {number for feature in features for number in feature.LookupListIndex}:
        for part in table.LookupList.Lookup[number].SubTable:
            forms = getattr(part, "ExtSubTable", part)
            # A glyph's forms, each smaller than the one before it.
            counts = {glyph: sum(glyph in level for level in kept) for glyph in forms.alternates}
            forms.alternates = {glyph: forms.alternates[glyph][:count] for glyph, count in counts.items() if count}


def _fix_arrow_joints(font: TTFont) -> None:
    """Let the last piece of a long arrow overlap the one before it.

    STIX Two Math gives the heads of its right arrows the connector at their tips, and Chromium stretches none of them.
    """
    variants = font["MATH"].table.MathVariants if "MATH" in font else None
    for construction in variants.HorizGlyphConstruction if variants else []:
        if construction.GlyphAssembly and (pieces := construction.GlyphAssembly.PartRecords):
            last = pieces[-1]
            if last.StartConnectorLength == 0:
                last.StartConnectorLength, last.EndConnectorLength = last.EndConnectorLength, 0
