"""Subset fonts to the characters that pages show."""

import io
import logging
from collections.abc import Sequence

from fontTools import subset
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.otTables import MathGlyphVariantRecord

# In a build that shows all messages, seventy of these would fill the author's terminal.
logging.getLogger("fontTools").setLevel(logging.WARNING)

#: OpenType features that math fonts need (script sizes, dotless letters, flat accents) or that place marks.
FEATURES = ["ssty", "dtls", "flac", "kern", "mark", "ccmp"]
#: The root sign, and the width of all its forms in thousandths of an em.
ROOT, ROOT_WIDTH = "\N{SQUARE ROOT}", 750


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
    if ROOT in characters and "MATH" in parsed:
        _reshape_roots(parsed)
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


def _reshape_roots(font: TTFont) -> None:
    """Give the root sign shorter forms than its own, and all its forms one width.

    STIX Two Math's shortest is 1.2 em high, the next 1.9 em; Chromium lets what is too much of it hang below the line.
    It also keeps room beside each root for the widest form, which is half as wide again as the usual one.
    """
    sign, variants = font.getBestCmap()[ord(ROOT)], font["MATH"].table.MathVariants
    sizes = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(sign)]
    own = [record.VariantGlyph for record in sizes.MathGlyphVariantRecord]
    pieces = [part.glyph for part in sizes.GlyphAssembly.PartRecords]
    # Each form's name, the glyph that it is made of, and its height as a part of that glyph's.
    forms = [(sign, sign, 0.6), (f"{sign}.a", sign, 0.72), (f"{sign}.b", sign, 0.86), (f"{sign}.c", sign, 1)]
    forms += [(f"{sign}.d", own[1], 0.8), *((name, name, 1) for name in (*own[1:], *pieces))]
    shapes = {}
    for name, source, height in forms:
        pen = TTGlyphPen(None)
        font.getGlyphSet()[source].draw(TransformPen(pen, (ROOT_WIDTH / font["hmtx"][source][0], 0, 0, height, 0, 0)))
        shapes[name] = pen.glyph()
    font.setGlyphOrder([*font.getGlyphOrder(), *(name for name, source, _ in forms if name != source)])
    records = {name: MathGlyphVariantRecord() for name in shapes}
    for name, shape in shapes.items():
        font["glyf"][name] = shape
        shape.recalcBounds(font["glyf"])
        font["hmtx"][name] = ROOT_WIDTH, shape.xMin
        records[name].VariantGlyph, records[name].AdvanceMeasurement = name, shape.yMax - shape.yMin
    sizes.MathGlyphVariantRecord = [record for name, record in records.items() if name not in pieces]
