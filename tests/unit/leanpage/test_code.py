"""leanpage.code: words of code that look as the whole does lose their marks, and no word its colour."""

import re

import pytest

from leanpage import code
from leanpage.tree import Tree

LIGHT, DARK = 'html[data-theme="light"] .highlight', 'html[data-theme="dark"] .highlight'
SHEET = "".join(
    f"{theme} .n{{color:{ink}}}{theme} .p{{color:{ink}}}{theme} .o{{color:green}}"
    f"{theme} .b{{color:red;font-weight:700}}"
    for theme, ink in ((LIGHT, "#111"), (DARK, "#eee"))
)
BLOCK = (
    '<pre><span></span><span class="n">a</span> <span class="o">=</span> <span class="n">f</span>'
    '<span class="p">()</span></pre>'
)


def shortened(block=BLOCK, sheet=SHEET):
    page = Tree(f'<div class="highlight">{block}</div>')
    known = code.looks([page], [sheet])
    for pre in page.find(code.BLOCKS):
        code.shorten(pre, known)
    return re.search(r"<pre.*</pre>", str(page), re.DOTALL)[0]


def test_words_that_look_as_most_do_lose_their_marks():
    assert shortened() == '<pre class="n"><span></span>a <span class="o">=</span> f()</pre>'


@pytest.mark.parametrize(
    "more",
    [
        ".highlight .n:hover{color:red}",
        ".highlight pre .n{font-style:italic}",
        f"{LIGHT} .n{{background:#fff}}",
        "@media print{.highlight .n{color:#000}}",
        "span.n{letter-spacing:0}",
    ],
)
def test_class_that_any_rule_treats_in_another_way_stays(more):
    assert '<span class="n">a</span>' in shortened(sheet=SHEET + more)


@pytest.mark.parametrize("more", ["bare", '<span class="unknown">x</span>', '<span class="b">x</span>'])
def test_block_with_a_word_that_would_take_the_colour_stays(more):
    block = BLOCK.replace("</pre>", f"{more}</pre>")
    assert shortened(block) == block


def test_colour_of_one_theme_alone_is_no_colour_of_all():
    sheet = SHEET.replace(f"{DARK} .o{{color:green}}", "")
    assert shortened(sheet=sheet) == BLOCK
