"""leanpage.steps.css: only rules that can match nothing are dropped."""

import pytest

from leanpage.steps import css, styles
from leanpage.tree import Tree

PAGE = '<html><body class="dark"><div id="top" class="box wide"><p>text</p><svg viewBox="0 0 1 1"></svg></div></html>'


def cut(sheet, page=PAGE, script=""):
    known = css.names_on([Tree(page)], [script])
    variables = css.used_variables([sheet, page, script])
    return css.without_unused_rules(css.parse(sheet), known, variables).strip()


@pytest.mark.parametrize(
    "selector",
    [
        ".box",
        "div.wide > p",
        "#top P",
        "*",
        ":root",
        "html[data-theme=dark] .box:hover::before",
        ".box:not(.absent)",
        ":is(.absent, .box) p",
        "p:nth-child(2n + 1)",
        "[hidden]",
    ],
)
def test_rule_that_can_match_stays(selector):
    assert cut(selector + "{color:red}").endswith("{color:red}")


@pytest.mark.parametrize("selector", [".absent", "#nowhere", "table", "div > .absent", ":is(.absent, table)", ".boxes"])
def test_rule_that_cannot_match_goes(selector):
    assert cut(selector + "{color:red}") == ""


def test_only_the_useless_selectors_of_a_rule_go():
    assert cut(".absent, .box , table{color:red}") == ".box{color:red}"


def test_class_that_a_script_switches_on_counts():
    assert cut(".opened{top:0}", script="node.classList.add('opened')") == ".opened{top:0}"


@pytest.mark.parametrize(
    "script",
    [
        "node.className = 'wide opened'",
        "node.classList.add(...'closed,opened'.split(','))",
        'node.innerHTML = `<b class="${kind} opened">`',
        "html = '<b class=\"' + kind + ' opened\">'",
        "node.className = Object.keys({ opened: true })[0]",
        "node.className = states.opened",
    ],
)
def test_name_that_a_script_may_give_counts(script):
    assert cut(".opened{top:0}", script=script) == ".opened{top:0}"


@pytest.mark.parametrize("script", ["// opened\ndraw() /* opened */", "find('.opened, #opened'); find(`p .opened`)"])
def test_name_in_a_comment_or_a_selector_does_not(script):
    assert cut(".opened{top:0}", script=script) == ""


def test_class_inside_a_cell_output_counts():
    page = r'<script type="application/json">{"html": "<b class=\"shown\">"}</script>'
    assert cut(".shown{top:0}", page=page) == ".shown{top:0}"


def test_media_rules_are_cut_inside_and_go_when_empty():
    assert cut("@media print{.box{top:0}.absent{top:0}}@media print{.absent{top:0}}") == "@media print{.box{top:0}\n}"


def test_variables_stay_while_something_reads_them():
    sheet = ":root{--a:1px;--c:2px;--d:3px}.box{top:var(--a)}"
    assert cut(sheet) == ":root{--a:1px}\n.box{top:var(--a)}"
    assert "--c:2px" in cut(sheet, page=PAGE + '<p style="top:var(--c)">')
    assert "--d:3px" in cut(sheet, script="getPropertyValue('--d')")
    assert cut(":root{--box-a:1}", script="'--box-' + name") == ":root{--box-a:1}"


def test_values_important_marks_and_nested_rules_survive():
    assert cut('.box{content:"a;b}c" !important;top:calc(1px + (2px))}') == (
        '.box{content:"a;b}c"!important;top:calc(1px + (2px))}'
    )
    assert "&:hover{top:0}" in cut(".box{left:0;&:hover{top:0}}")


def test_what_browsers_ignore_is_left_out():
    assert cut(".box{top:0}\n.box") == ".box{top:0}"


def test_class_without_quotes_counts():
    assert cut(".framed{top:0}", page="<div class=framed>x</div>") == ".framed{top:0}"


def test_names_that_a_script_puts_together_count():
    assert cut(".fa-user{top:0}.fb-user{top:0}", script="'fa-' + name") == ".fa-user{top:0}"


def test_icons_are_those_of_any_string_and_letters_only_where_a_rule_is_an_icons():
    sheet = ':root{--pst-icon-info:"\\f05a"}.fa-a,.fa-b:hover{--fa:"A"}p::after{content:"text"}'
    assert css.icon_letters(sheet) | styles.icons_in(sheet) == {"\uf05a", "A"}
