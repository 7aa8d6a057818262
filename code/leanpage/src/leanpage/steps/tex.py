r"""Spell TeX, as MathJax accepts it, the way math-core knows it, and refuse what math-core would draw wrongly.

Only spellings change, never the structure of a formula. What math-core has no words for is refused, by it or here, and
the page is left to MathJax.
"""

from __future__ import annotations

import re


class RefusedError(ValueError):
    """TeX that math-core cannot draw, or would draw wrongly; the text says why."""


#: Commands that math-core knows by another name, or that change nothing that can be seen.
COMMANDS = {
    "dotsb": r"\cdots", "dotsc": r"\ldots", "dotsm": r"\cdots", "dotsi": r"\cdots", "dotso": r"\ldots",
    "pmb": r"\boldsymbol", "mbox": r"\text", "hbox": r"\text", "textnormal": r"\text", "textup": r"\text",
    "thicksim": r"\sim", "thickapprox": r"\approx", "smallsetminus": r"\setminus", "centerdot": r"\cdot",
    "shortmid": r"\mid", "shortparallel": r"\parallel", "varpropto": r"\propto", "nshortmid": r"\nmid",
    "nshortparallel": r"\nparallel", "smallsmile": r"\smile", "smallfrown": r"\frown", "intop": r"\int",
    "smallint": r"\int", "mathup": r"\mathrm", "symrm": r"\mathrm", "symup": r"\mathrm", "symbf": r"\mathbf",
    "symit": r"\mathit", "symbb": r"\mathbb", "symfrak": r"\mathfrak", "symscr": r"\mathscr", "symcal": r"\mathcal",
    "symsf": r"\mathsf", "symtt": r"\mathtt", "mathbfit": r"\boldsymbol", "scr": r"\mathscr", "strut": r"\mathstrut",
    "cr": r"\\", "displaylimits": "", "nonscript": "", "allowbreak": "", "goodbreak": "", "nobreak": "",
    "det": r"\operatorname*{det}",
}  # fmt: skip
#: Environments by the name under which math-core draws the same. None numbers its rows: Sphinx does.
ENVIRONMENTS = {
    "split": "aligned", "alignedat": "aligned", "align": "align*", "alignat": "align*", "alignat*": "align*",
    "flalign": "align*", "flalign*": "align*", "xalignat": "align*", "xalignat*": "align*", "xxalignat": "align*",
    "equation": "equation*", "gather": "gather*", "multline": "multline*",
}  # fmt: skip
#: Environments with an argument, the number of columns, that math-core counts itself.
COUNTED = {"alignedat", "alignat", "alignat*", "xalignat", "xalignat*", "xxalignat"}
#: Macros of MathJax that math-core lacks, as macros for math-core.
MACROS = {"substack": r"\begin{subarray}{c}#1\end{subarray}"}
ANGLES = {"<": r"\langle ", ">": r"\rangle "}
NEGATED = {r"\implies": r"\nRightarrow", r"\impliedby": r"\nLeftarrow", r"\iff": r"\nLeftrightarrow"}

COMMAND = re.compile(r"\\(" + "|".join(sorted(COMMANDS, key=len, reverse=True)) + r")(?![a-zA-Z])\*?")
ENVIRONMENT = re.compile(r"(?:\\\\\s*(?=\\end))?\\(begin|end)\s*\{([a-z]+\*?)\}(?:\s*\{(\d+)\})?")
EQNARRAY = re.compile(r"\\begin\{eqnarray\*?\}(.*?)\\end\{eqnarray\*?\}", re.DOTALL)
#: A command before a star that is a sign of its own: math-core reads both as one name.
STARRED = re.compile(r"(\\(?!operatorname|DeclareMathOperator|(?:re)?newcommand|[hv]space|tag|begin|end)[a-zA-Z]+)\*")
#: Colours by the value that math-core knows them by: MathJax leaves names in small letters to CSS.
COLOURS = {
    "#BF803F": "brown", "#00B9F2": "cyan", "#404040": "darkgray", "#03FF00": "green", "#BFBFBF": "lightgray",
    "#BFFF04": "lime", "#FB3199": "magenta", "#9F8C18": "olive", "#FF8001": "orange", "#FFBFBF": "pink",
    "#BF0140": "purple", "#800080": "violet", "#FFEB3D": "yellow",
}  # fmt: skip
#: Sizes that may begin a formula, in per cent; math-core refuses them anywhere else.
SIZES = {"tiny": 50, "scriptsize": 70, "small": 85, "normalsize": 100, "large": 120, "Large": 144, "LARGE": 173}
SIZE = re.compile(r"\A\s*\\(" + "|".join(SIZES) + r")(?![a-zA-Z])")
#: The argument of a command, with at most one level of braces inside it.
ARGUMENT = r"\{((?:[^{}]|\\[{}]|\{[^{}]*\})*)\}"
TEXT = re.compile(r"\\(text(?:rm|bf|it|sf|tt|normal)?|mbox|hbox)\{((?:[^{}$]|\\[$]|\$[^$]*\$)*)\}")
NAME = r"(?:\{\s*\\([a-zA-Z]+)\s*\}|\\([a-zA-Z]+))\s*"
DEFINITION = re.compile(r"\\(?:re)?newcommand\*?\s*" + NAME + r"(?:\[([1-9])\])?\s*(?=\{)")
OPERATOR = re.compile(r"\\DeclareMathOperator(\*?)\s*" + NAME + ARGUMENT)
#: What math-core 0.9 accepts and draws otherwise than MathJax, each with the reason that the build gives.
DRAWN_WRONGLY = [
    (re.compile(r"\\(?:eq)?ref\b"), "a reference inside a formula leads nowhere."),
    (re.compile(r"\\(?:[bx]?cancel|enclose)\b"), "strokes cannot be drawn."),
    (re.compile(r"\\(?:math(?:rm|bf|it|sf|tt)|boldsymbol)\s*\{[^{}]*\\(?:boxed|text)\b"), "fonts cannot be mixed."),
    (re.compile(r"\\d{3,4}ot\b"), "accents of three or four dots cannot be drawn."),
    (re.compile(r"\\(?:math)?frak\s*\{[^{}]*(?:[^{}]I|I[^{}])"), "the fraktur I would be an H."),
    (re.compile(r"\\(?:href|style|class|cssId|require)\b"), "HTML inside a formula cannot be drawn."),
]
#: What MathJax numbers, if ``tags`` tells it to.
NUMBERED = re.compile(r"\\begin\{(?:align|alignat|eqnarray|equation|flalign|gather|multline)\}|\\(?:label|tag)\b")


def respell(tex: str) -> str:
    r"""Return `tex` in the spelling that math-core knows, without an empty last row, which MathJax does not draw.

    >>> respell(r"\begin{split} \pmb{x} &= \text{if $y$} \\[4pt] z \\ \end{split}")
    '\\begin{aligned} \\boldsymbol {x} &= \\text{if }y\\text{} \\\\ z \\end{aligned}'
    """
    for pattern, reason in DRAWN_WRONGLY:
        if found := pattern.search(tex):
            raise RefusedError(f"{found[0]}: {reason}")
    tex = re.sub(r"\\(?:math)?frak\s*(?:\{I\}|I\b)", r"\\Im ", tex)
    tex = re.sub(r"(?<!\\)((?:\\\\)*\\)\n", r"\1 ", tex)
    tex = STARRED.sub(r"\1 *", TEXT.sub(split_text, tex))
    tex = OPERATOR.sub(lambda m: rf"\def\{m[2] or m[3]}{{\operatorname{m[1]}{{{m[4]}}}}}", tex)
    # \def, since MathJax lets a macro be defined twice.
    tex = DEFINITION.sub(lambda m: rf"\def\{m[1] or m[2]}" + "".join(f"#{n + 1}" for n in range(int(m[3] or 0))), tex)
    tex = re.sub(r"\\label\{[^{}]*\}", "", tex)
    tex = re.sub(r"\\operatorname(\*?)\{\\(?:math|text)rm\{([^{}]*)\}\}", r"\\operatorname\1{\2}", tex)
    tex = re.sub(rf"\\mathop\s*{ARGUMENT}\s*(?=\\limits|[_^])", as_operator, tex)
    tex = re.sub(r"\\not\s*(\\implies(?:by)?|\\iff)(?![a-zA-Z])", lambda m: NEGATED[m[1]], tex)
    tex = re.sub(r"(\\(?:left|right|middle|[bB]igg?[lrm]?))\s*([<>])", lambda m: m[1] + ANGLES[m[2]], tex)
    tex = re.sub(r"\\\\(?:\s*\*)?(?:\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?(?=\s|\\|[^*\[])", r"\\\\", tex)
    tex = re.sub(r"(\\begin\{(?:aligned|gathered|alignedat|array|split)\})\s*\[[tbc]\]", r"\1", tex)
    tex = re.sub(r"(\\begin\{array\}\{)([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", columns, tex)
    tex = re.sub(r"\\widetilde\s*(?:\{\s*)?(\\?[a-zA-Z]+|\d)(?(1)\s*)", wide_tilde, tex)
    tex = EQNARRAY.sub(lambda m: r"\begin{align*}" + re.sub(r"&([^&\\]*)&", r"&\1", m[1]) + r"\end{align*}", tex)
    if re.search(r"\\tag\b", tex) and not re.search(r"\\begin\{(?:align|equation|gather|multline|flalign)", tex):
        tex = rf"\begin{{equation*}}{tex}\end{{equation*}}"
    tex = ENVIRONMENT.sub(environment, tex)
    return COMMAND.sub(lambda m: COMMANDS[m[1]] + (" " if COMMANDS[m[1]][-1:].isalpha() else ""), tex)


def split_text(match: re.Match[str]) -> str:
    r"""Return ``\text{if $x$ holds}`` as ``\text{if }x\text{ holds}``, signs with a meaning escaped."""
    parts = re.split(r"(?<!\\)\$", match[2])
    words = [re.sub(r"(\\[%_#&$]) ", r"\1{} ", re.sub(r"(?<!\\)([%_#])", r"\\\1", part)) for part in parts[::2]]
    pieces = [rf"\{match[1]}{{{text}}}" for text in words]
    return "".join(piece + formula for piece, formula in zip(pieces, [*parts[1::2], ""], strict=True))


def as_operator(match: re.Match[str]) -> str:
    r"""Return ``\mathop{\rm arg\,max}_u`` as an operator with its limits below; math-core refuses what is no name."""
    name = re.sub(r"\\(?:math|text)?rm\b\s*", "", match[1]).replace("{", "").replace("}", "").strip()
    return rf"\operatorname*{{{name}}}"


def columns(match: re.Match[str]) -> str:
    """Return the columns of an array without spacing, ``*{3}{c}`` written out."""
    text = re.sub(r"[@!]\{[^{}]*\}", "", match[2])
    text = re.sub(r"\*\{(\d+)\}\{([^{}]*)\}", lambda repeat: repeat[2] * int(repeat[1]), text)
    return f"{match[1]}{text}}}"


def wide_tilde(match: re.Match[str]) -> str:
    """Return the tilde over one letter; over more, math-core would draw it above the middle alone."""
    one_letter = match[1].startswith("\\") or len(match[1]) == 1
    return match[0].replace(r"\widetilde", r"\tilde", 1) if one_letter else match[0]


def environment(match: re.Match[str]) -> str:
    word, name, count = match.groups()
    written = rf"\{word}{{{ENVIRONMENTS.get(name, name)}}}"
    return written if name in COUNTED or not count else f"{written}{{{count}}}"
