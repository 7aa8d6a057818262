"""Python and JavaScript split the same text into the same words, and a typed word finds those that it may mean."""

from __future__ import annotations

import random

import pytest
from sphinx.search.en import SearchEnglish

from project import source
from searches import run_search
from sectionsearch.words import split

ENGLISH = SearchEnglish({})


def words(text: str) -> list[str]:
    return list(split(text, ENGLISH.stem))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("F.cross_entropy(logits)", ["cross", "entropi", "crossentropi", "logit"]),
        ("CrossEntropyLoss", ["cross", "entropi", "loss", "crossentropyloss"]),
        ("one-hot, ONE HOT", ["on", "hot", "onehot", "on", "hot"]),
        ("It doesn't; the model’s loss", ["it", "doesnt", "the", "model", "loss"]),
        ("0.6931, (14) and 3x5", ["0.6931", "14", "and", "3x5"]),
        ("clasificación", ["clasificacion"]),
        ("交差エントロピー loss", ["交差", "差エ", "エン", "ント", "トロ", "ロピ", "ピー", "loss"]),
        ("שָׁלוֹם עולם", ["שלום", "עולם"]),
        ("كِتَاب", ["كتاب"]),
        ("", []),
    ],
)
def test_text_is_split_into_words(text, wanted):
    assert words(text) == wanted


TEXTS = [
    "RuntimeError: Expected target size [2, 5], got [2, 7] at /opt/conda/x.cpp:22",
    "sparse_categorical_crossentropy(from_logits=True) _private __call__ a_b_c_d_e_f",
    "Überraschung, naïve Čeština, ﬁne ½ x² ① 12.5.3 1e-9 v1.10 e.g. i.e.",
    "日本語のテキスト、ひらがな・カタカナ 12個 PyTorchの損失関数 가나다 ภาษาไทย",
    "שגיאה: הַיַּעַד מחוץ לתחום, الهدف خارجُ الحدود ١٢٣",
    "don't 'quoted' rock'n'roll O’Brien’s -- --- a-b- -c" + "x" * 50,
]


@pytest.fixture(scope="module")
def in_javascript():
    """The words of several texts as the browser splits them."""

    def split_all(texts: list[str]) -> list[list[str]]:
        return run_search("given.map((text) => sectionsearch.split(text, stem))", texts)

    return split_all


def test_the_browser_splits_as_the_build_does(in_javascript):
    assert in_javascript(TEXTS) == [words(text) for text in TEXTS]


def test_the_browser_stems_as_the_build_does(in_javascript):
    """All words of the packages' own documentation. Sphinx's two stemmers disagree on a few words, as on "assembly"."""
    paths = source("sectionsearch").parents[2].glob("*/README.md")
    texts = [path.read_text("utf-8") for path in sorted(paths)]
    pairs = {
        pair
        for text, found in zip(texts, in_javascript(texts), strict=True)
        for pair in zip(words(text), found, strict=True)
    }
    assert len(pairs) > 800
    assert len({(own, other) for own, other in pairs if own != other}) < len(pairs) / 200


def test_both_split_text_of_any_script_alike(in_javascript):
    draw = random.Random(3)
    characters = "abcdefgXYZ ABC019.,-_'’éßñçØİı  –άλяйё אבגּשׁ ابتثَِ ९ 日本ガがー가 ไทยกำ ½²①ﬁ"
    texts = ["".join(draw.choices(characters, k=draw.randint(1, 30))) for _ in range(2000)]
    assert in_javascript(texts) == [words(text) for text in texts]


@pytest.mark.parametrize(
    ("typed", "word", "slips"),
    [
        ("masking", "masking", 0),
        ("msaking", "masking", 1),
        ("perplexty", "perplexity", 1),
        ("callibration", "calibration", 1),
        ("thresold", "threshold", 1),
        ("gradeint", "gradient", 1),
        ("entrpoyy", "entropy", 2),
        ("entropy", "perplexity", None),
    ],
)
def test_slips_of_the_fingers_are_counted(typed, word, slips):
    assert run_search("sectionsearch.slips(given[0], given[1], 2)", [typed, word]) == slips
