r"""TeX as MathJax takes it, in the spelling that math-core knows.

`Rewriter` reads TeX as a tree of groups and commands. What math-core has under another name it spells anew; what it has
not at all (boxes, strokes, colours in any spelling, sizes, row spacing) it marks with a character of a private range,
and puts right in the MathML afterwards. What it cannot say is an error, never nothing.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

#: A command, a character or a run of white space; or what stands between braces, a list of such parts.
Part = Any
TOKEN = re.compile(r"\\(?:[a-zA-Z]+\*?|.|\n)|%[^\n]*(?:\n|$)|\s+|[^\\\s]", re.DOTALL)
#: Commands whose star is a part of their name; others leave it alone.
STARRED = {"\\operatorname*", "\\tag*", "\\hspace*", "\\DeclareMathOperator*"}
FIRST_MARK = 0xF0000
#: As many macros as a formula may hold before one is taken to call itself; MathJax stops at as many.
MOST_MACROS = 10_000

#: Commands that math-core has under another name, or that change only what cannot be seen in a formula.
SAME = {
    "\\dotsb": "\\cdots", "\\dotsc": "\\ldots", "\\dotsm": "\\cdots", "\\dotsi": "\\cdots", "\\dotso": "\\ldots",
    "\\pmb": "\\boldsymbol", "\\mbox": "\\text", "\\hbox": "\\text", "\\textnormal": "\\text", "\\textup": "\\text",
    "\\thicksim": "\\sim", "\\thickapprox": "\\approx", "\\smallsetminus": "\\setminus", "\\centerdot": "\\cdot",
    "\\shortmid": "\\mid", "\\shortparallel": "\\parallel", "\\varpropto": "\\propto", "\\nshortmid": "\\nmid",
    "\\nshortparallel": "\\nparallel", "\\smallsmile": "\\smile", "\\smallfrown": "\\frown", "\\intop": "\\int",
    "\\smallint": "\\int", "\\divsymbol": "\\div", "\\arrowvert": "|", "\\Arrowvert": "\\|", "\\mit": "\\it",
    "\\mathup": "\\mathrm", "\\symrm": "\\mathrm", "\\symup": "\\mathrm", "\\symbf": "\\mathbf", "\\symit": "\\mathit",
    "\\symbb": "\\mathbb", "\\symfrak": "\\mathfrak", "\\symscr": "\\mathscr", "\\symcal": "\\mathcal",
    "\\symsf": "\\mathsf", "\\symtt": "\\mathtt", "\\mathbfit": "\\boldsymbol", "\\hspace*": "\\hspace",
    "\\scr": "\\mathscr", "\\hfil": "\\quad", "\\hfill": "\\quad", "\\hfilll": "\\quad", "\\cr": "\\\\",
    "\\strut": "\\mathstrut", "\\*": "", "\\displaylimits": "", "\\nonscript": "", "\\allowbreak": "",
    "\\goodbreak": "", "\\nobreak": "", "\\/": "", "\\centering": "", "\\unskip": "",
}  # fmt: skip
#: Environments that differ in nothing that the page does not see to.
ENVIRONMENTS = {
    "split": "aligned", "flalign": "align*", "flalign*": "align*", "alignat": "align*", "alignat*": "align*",
    "xalignat": "align*", "xalignat*": "align*", "xxalignat": "align*", "alignedat": "aligned", "align": "align*",
    "equation": "equation*", "gather": "gather*", "multline": "multline*", "crampedsubarray": "subarray",
}  # fmt: skip
WITH_COLUMNS = {"alignat", "alignat*", "xalignat", "xalignat*", "xxalignat", "alignedat"}
SIZES = {
    "\\tiny": 0.5, "\\Tiny": 0.6, "\\scriptsize": 0.7, "\\small": 0.85, "\\normalsize": 1.0, "\\large": 1.2,
    "\\Large": 1.44, "\\LARGE": 1.73, "\\huge": 2.07, "\\Huge": 2.49,
}  # fmt: skip
#: Arrows by the name of a relation, which math-core negates only by another's.
NEGATED = {"\\implies": "\\nRightarrow", "\\impliedby": "\\nLeftarrow", "\\iff": "\\nLeftrightarrow"}
STROKES = {"\\cancel": "cancel", "\\bcancel": "bcancel", "\\xcancel": "xcancel"}
ENCLOSED = {
    "box": "boxed", "roundedbox": "boxed", "circle": "circled", "updiagonalstrike": "cancel",
    "horizontalstrike": "struck",
    "downdiagonalstrike": "bcancel", "top": "over", "bottom": "under", "left": "left", "right": "right",
}  # fmt: skip
LENGTH = re.compile(r"\s*(-?\d*\.?\d+)\s*(em|ex|pt|px|mu|cm|mm|in|pc)\s*")
POINTS = {"pt": 1.0, "px": 0.75, "cm": 28.45, "mm": 2.845, "in": 72.27, "pc": 12.0}


class TexError(ValueError):
    """TeX that cannot be said in MathML; the text says why."""


@dataclass
class Mark:
    """What is to be done with the row of MathML that begins with a mark."""

    change: Callable[[ET.Element], ET.Element]


def parse(tex: str) -> list[Part]:
    stack: list[list[Part]] = [[]]
    for match in TOKEN.finditer(tex):
        token = match[0]
        if token[0] == "%":
            continue
        if token[0] == "\\" and token.endswith("*") and len(token) > 2 and token not in STARRED:
            stack[-1] += [token[:-1], "*"]
        elif token in ("\\\n", "\\\t"):
            stack[-1].append("\\ ")
        elif token == "{":
            stack.append([])
        elif token == "}":
            if len(stack) == 1:
                raise TexError("a closing brace without an opening one.")
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    if len(stack) > 1:
        raise TexError("an opening brace without a closing one.")
    return stack[0]


def written(parts: list[Part]) -> str:
    out: list[str] = []
    for part in parts:
        text = f"{{{written(part)}}}" if isinstance(part, list) else part
        if out and re.search(r"\\[a-zA-Z]+$", out[-1]) and text[:1].isalpha():
            out.append(" ")
        out.append(text)
    return "".join(out)


def filled(parts: list[Part], arguments: list[list[Part]]) -> list[Part]:
    """Return the body of a macro with its arguments in it."""
    out: list[Part] = []
    reader = Reader(parts)
    while reader:
        part = reader.next()
        if isinstance(part, list):
            out.append(filled(part, arguments))
        elif part == "#" and reader and str(reader.parts[reader.at]).isdigit():
            out += arguments[int(reader.next()) - 1]
        else:
            out.append(part)
    return out


def is_space(part: Part) -> bool:
    return isinstance(part, str) and part.isspace()


class Reader:
    """Walks along parts."""

    def __init__(self, parts: list[Part]):
        self.parts, self.at = parts, 0

    def __bool__(self) -> bool:
        return self.at < len(self.parts)

    def next(self) -> Part:
        self.at += 1
        return self.parts[self.at - 1]

    def peek(self) -> Part | None:
        at = self.at
        while at < len(self.parts) and is_space(self.parts[at]):
            at += 1
        return self.parts[at] if at < len(self.parts) else None

    def skip(self) -> None:
        while self and is_space(self.parts[self.at]):
            self.at += 1

    def argument(self, of: str) -> list[Part]:
        self.skip()
        if not self:
            raise TexError(f"{of} without what belongs to it.")
        part = self.next()
        return part if isinstance(part, list) else [part]

    def optional(self, opening: str = "[", closing: str = "]") -> list[Part] | None:
        if self.peek() != opening:
            return None
        at = self.at
        self.skip()
        self.next()
        found: list[Part] = []
        while self:
            part = self.next()
            if part == closing:
                return found
            found.append(part)
        self.at = at
        return None

    def atom(self, of: str) -> list[Part]:
        """The next thing with the arguments that it takes, as far as they can be told: \\frac{1}{2}, \\mathbf x."""
        self.skip()
        start = self.at
        first = self.argument(of)
        if first and isinstance(self.parts[start], str) and str(self.parts[start]).startswith("\\"):
            while self and isinstance(self.parts[self.at], list):
                self.at += 1
            return self.parts[start : self.at]
        return first

    def rest(self) -> list[Part]:
        found = self.parts[self.at :]
        self.at = len(self.parts)
        return found

    def length(self, of: str) -> str:
        text, start = "", self.at
        while self and isinstance(self.parts[self.at], str):
            text += str(self.parts[self.at])
            self.at += 1
            if LENGTH.fullmatch(text):
                return length(text)
        self.at = start
        raise TexError(f"{of} without a length.")


def length(text: str) -> str:
    match = LENGTH.fullmatch(text)
    if not match:
        raise TexError(f"{text!r} is no length.")
    number, unit = float(match[1]), match[2]
    if unit == "mu":
        return f"{number / 18:.4g}em"
    return f"{number * POINTS[unit] / 10:.4g}em" if unit in POINTS else f"{number:.4g}{unit}"


@dataclass
class Rewriter:
    """Rewrites the formulas of one page. `reference` gives what \\eqref and \\ref lead to: address and number."""

    display: bool = True
    #: The author's macros by name, without the backslash: those that close what they do not open, too.
    macros: dict[str, str] = field(default_factory=dict)
    reference: Callable[[str], tuple[str, str] | None] = lambda label: None
    marks: list[Mark] = field(default_factory=list)
    called: int = 0

    def __call__(self, tex: str) -> str:
        return written(self.rewrite(self.expanded(parse(tex))))

    def expanded(self, parts: list[Part]) -> list[Part]:
        """Return `parts` with the author's macros as what they stand for."""
        out: list[Part] = []
        reader = Reader(parts)
        while reader:
            part = reader.next()
            if isinstance(part, list):
                out.append(self.expanded(part))
            elif part[0] == "\\" and part[1:] in self.macros:
                self.called += 1
                if self.called > MOST_MACROS:
                    raise TexError(f"{part}: a macro that calls itself.")
                body = self.macros[part[1:]]
                count = max(map(int, re.findall(r"#(\d)", body)), default=0)
                arguments = [reader.argument(part) for _ in range(count)]
                reader = Reader([*filled(parse(body), arguments), *reader.rest()])
            else:
                out.append(part)
        return out

    # --- marks ---

    def mark(self, change: Callable[[ET.Element], ET.Element], body: list[Part]) -> list[Part]:
        """`body` as a group that `change` puts right once it is MathML."""
        self.marks.append(Mark(change))
        return [[chr(FIRST_MARK + len(self.marks) - 1), *body]]

    def classed(self, name: str, body: list[Part], style: str = "") -> list[Part]:
        def change(row: ET.Element) -> ET.Element:
            row.set("class", f"{row.get('class', '')} {name}".strip())
            if style:
                row.set("style", style)
            return row

        return self.mark(change, body)

    def styled(self, style: str, body: list[Part]) -> list[Part]:
        def change(row: ET.Element) -> ET.Element:
            row.set("style", f"{row.get('style', '')}{style}")
            return row

        return self.mark(change, body)

    def padded(self, body: list[Part], **attributes: str) -> list[Part]:
        def change(row: ET.Element) -> ET.Element:
            row.tag = "mpadded"
            for name, value in attributes.items():
                row.set(name, value)
            return row

        return self.mark(change, body)

    # --- rewriting ---

    def rewrite(self, parts: list[Part]) -> list[Part]:
        for at, part in enumerate(parts):  # plain TeX puts these between what they are about
            if part == "\\buildrel":
                reader = Reader(parts[at + 1 :])
                over: list[Part] = []
                while reader and reader.peek() != "\\over":
                    over.append(reader.next())
                reader.argument("\\buildrel")
                base = reader.argument("\\buildrel")
                return self.rewrite([*parts[:at], "\\overset", over, base, *reader.rest()])
        out: list[Part] = []
        reader = Reader(parts)
        while reader:
            part = reader.next()
            if isinstance(part, list):
                out.append(self.rewrite(part))
            elif part == "\\begin":
                out += self.environment(reader)
            elif part in ("\\limits", "\\nolimits"):
                out += self.limits(part, out, reader)
            elif part in ("\\left", "\\right", "\\middle") or re.fullmatch(r"\\[bB]igg?[lrm]?", part):
                out += [part, *self.delimiter(reader)]
            elif part[0] == "\\":
                out += self.command(part, reader)
            elif part == "$":
                out.append("\\$")
            elif part == "\N{NO-BREAK SPACE}":
                out.append("~")
            else:
                out.append(part)
        return out

    def delimiter(self, reader: Reader) -> list[Part]:
        following = reader.peek()
        reader.skip()
        if following in ("<", ">"):
            reader.next()
            return ["\\langle" if following == "<" else "\\rangle"]
        if isinstance(following, list) and len(following) == 1:
            reader.next()
            return [following[0]]
        if isinstance(following, str) and following in SAME and following[0] == "\\":
            reader.next()
            return [SAME[following]]
        return []

    def limits(self, which: str, out: list[Part], reader: Reader) -> list[Part]:
        """Limits above and below what is no operator of its own."""
        base = next((part for part in reversed(out) if not is_space(part)), None)
        if isinstance(base, str) and re.fullmatch(r"\\(?:big)?(?:sum|prod|coprod|i*int|oint|bigcup|bigcap|cup|cap|vee|"
                                                  r"wedge|oplus|otimes|odot|sqcup|uplus|lim|max|min|sup|inf|limsup|liminf|det|"
                                                  r"gcd|Pr|argmax|argmin|injlim|projlim)", base):  # fmt: skip
            return [which]
        if which == "\\nolimits" or base is None:
            return []
        while out and is_space(out[-1]):
            out.pop()
        operator: list[Part] = [out.pop()]
        while out and isinstance(operator[0], list) and isinstance(out[-1], (list, str)):
            operator.insert(0, out.pop())
            if isinstance(operator[0], str):
                break
        scripts: dict[str, list[Part]] = {}
        while reader.peek() in ("_", "^"):
            reader.skip()
            sign = str(reader.next())
            scripts[sign] = self.rewrite(reader.atom(sign))
        made: list[Part] = [operator]
        if "^" in scripts:
            made = ["\\overset", scripts["^"], made]
        if "_" in scripts:
            made = ["\\underset", scripts["_"], made]
        return [made]

    def environment(self, reader: Reader) -> list[Part]:
        name = written(reader.argument("\\begin"))
        body: list[Part] = []
        depth = 1
        while reader:
            part = reader.next()
            if part in ("\\begin", "\\end"):
                inner = reader.argument(str(part))
                depth += 1 if part == "\\begin" else -1 if part == "\\end" else 0
                if depth == 0:
                    if written(inner) != name:
                        raise TexError(f"\\begin{{{name}}} that \\end{{{written(inner)}}} closes.")
                    return self.made_environment(name, body)
                body += [part, inner]
            else:
                body.append(part)
        raise TexError(f"\\begin{{{name}}} without its \\end.")

    def made_environment(self, name: str, body: list[Part]) -> list[Part]:
        reader = Reader(body)
        if name in WITH_COLUMNS:
            reader.argument(name)
        elif name not in ("multline", "multline*"):
            align = reader.optional()
            if align is not None and name.rstrip("*") in (
                "matrix",
                "pmatrix",
                "bmatrix",
                "Bmatrix",
                "vmatrix",
                "Vmatrix",
            ):
                columns = written(align).strip() or "c"
                return self.star_matrix(name.rstrip("*"), columns, reader.rest())
        arguments: list[Part] = []
        if name in ("array", "subarray", "crampedsubarray", "darray"):
            arguments = [self.columns(reader.argument(name))]
        rows = self.rows(reader.rest())
        tagged = any(part in ("\\tag", "\\tag*") for part in flat(body))
        if name in ("eqnarray", "eqnarray*") and tagged:  # a table's rows have no tags, those of an alignment have
            rows = [[*first, "&", [], *between(rest, "")] for first, *rest in map(cells, rows)]
            name = "align"
        if name in ("eqnarray", "eqnarray*"):
            tidy = [[["\\displaystyle", *cell] for cell in cells(row)] for row in rows]
            return ["\\begin", ["array"], ["r", "c", "l"], *between([between(row, "&") for row in tidy], "\\\\"),
                    "\\end", ["array"]]  # fmt: skip
        if name == "smallmatrix":

            def small(row: ET.Element) -> ET.Element:
                for table in row.iter("mtable"):
                    table.set("scriptlevel", "1")
                row.set("class", "lp-small")
                return row

            inner: list[Part] = ["\\begin", ["matrix"], *between(rows, "\\\\"), "\\end", ["matrix"]]
            return self.mark(small, inner)
        if tagged and name.rstrip("*") in ("equation", "align", "gather", "multline", "alignat", "flalign"):
            numbered = {"alignat": "align", "flalign": "align"}.get(name.rstrip("*"), name.rstrip("*"))
            rows = [row if any(p in ("\\tag", "\\tag*") for p in flat(row)) else [*row, "\\notag"] for row in rows]
            name = numbered
        else:
            name = ENVIRONMENTS.get(name, name)
        return ["\\begin", [name], *arguments, *between(rows, "\\\\"), "\\end", [name]]

    def star_matrix(self, name: str, columns: str, body: list[Part]) -> list[Part]:
        left, right = {"matrix": (".", "."), "pmatrix": "()", "bmatrix": "[]", "Bmatrix": ("\\{", "\\}"),
                       "vmatrix": "||", "Vmatrix": ("\\|", "\\|")}[name]  # fmt: skip
        rows = self.rows(body)
        wide = max(len(cells(row)) for row in rows)
        inner: list[Part] = ["\\begin", ["array"], [columns[0] * wide], *between(rows, "\\\\"), "\\end", ["array"]]
        return ["\\left", left, *inner, "\\right", right]

    def columns(self, parts: list[Part]) -> list[Part]:
        """The columns of an array, less what says how wide a gap is."""
        out: list[Part] = []
        reader = Reader(parts)
        while reader:
            part = reader.next()
            if part in ("@", "!", ">", "<"):
                reader.argument("a column")
            elif part == "*":
                count = written(reader.argument("a column"))
                out += self.columns(reader.argument("a column") * int(count if count.isdigit() else 1))
            elif part in ("p", "m", "b"):
                reader.argument("a column")
                out.append("l")
            elif not is_space(part):
                out += part if isinstance(part, list) else [part]
        return out

    def rows(self, body: list[Part]) -> list[list[Part]]:
        """The rows of a table, rewritten; the space that one asks for below it is put there."""
        rows: list[list[Part]] = [[]]
        reader = Reader(body)
        raw: list[Part] = []
        depth = 0

        def close(space: str | None) -> None:
            row = self.rewrite(raw)
            if space:

                def spaced(mark: ET.Element, space: str = space) -> ET.Element:
                    mark.set("data-space", space)
                    return mark

                row += self.mark(spaced, [])
            rows[-1] = row
            raw.clear()

        while reader:
            part = reader.next()
            if part == "\\begin":
                depth += 1
            elif part == "\\end":
                depth -= 1
            if depth == 0 and part in ("\\\\", "\\cr", "\\newline"):
                if reader.peek() == "*" and reader.parts[reader.at] == "*":
                    reader.skip()
                    reader.next()
                space = None
                if reader and reader.parts[reader.at] == "[" or reader.peek() == "[":
                    at = reader.at
                    dimension = reader.optional()
                    if dimension is not None and LENGTH.fullmatch(written(dimension)):
                        space = length(written(dimension))
                    else:
                        reader.at = at
                close(space)
                rows.append([])
            else:
                raw.append(part)
        close(None)
        return rows

    def command(self, name: str, reader: Reader) -> list[Part]:
        if name in SAME and name not in ("\\mbox", "\\hbox", "\\textnormal", "\\textup"):
            return [SAME[name]] if SAME[name] else [[]]
        if name in ("\\text", "\\textrm", "\\textbf", "\\textit", "\\textsf", "\\texttt", "\\mbox", "\\hbox",
                    "\\textnormal", "\\textup", "\\mathmbox"):  # fmt: skip
            return self.text(SAME.get(name, name).replace("mathmbox", "text"), reader.argument(name))
        method = getattr(self, f"do_{name[1:].replace('*', '_star')}", None) if name[1:].rstrip("*").isalpha() else None
        if method is not None:
            made: list[Part] = method(reader)
            return made
        if name in STROKES:
            return self.classed(f"lp-{STROKES[name]}", self.rewrite(reader.argument(name)))
        if name in SIZES:
            return self.styled(f"font-size:{SIZES[name]:g}em", self.rewrite(reader.rest()))
        if name == "\\LaTeX":
            return ["\\text", ["LaTeX"]]
        if name == "\\TeX":
            return ["\\text", ["TeX"]]
        return [name]

    def text(self, name: str, body: list[Part]) -> list[Part]:
        """Words: signs among them are signs, and formulas among them are formulas."""
        pieces: list[Part] = []
        words: list[Part] = []

        def flush() -> None:
            if words:
                made: list[Part] = [name, list(words)]
                pieces.extend(self.classed("lp-type", ["\\text", list(words)]) if name == "\\texttt" else made)
                words.clear()

        reader = Reader(body)
        while reader:
            part = reader.next()
            if part == "$" or part == "\\(":
                formula: list[Part] = []
                while reader and (part := reader.next()) not in ("$", "\\)"):
                    formula.append(part)
                flush()
                pieces += [self.rewrite(formula)]
            elif part in ("_", "&", "#"):
                words.append(f"\\{part}")
            elif isinstance(part, list):
                words += part if not any(p in ("$", "\\") for p in part) else [part]
            elif part in ("\\eqref", "\\ref", "\\boxed", "\\frac", "\\textcolor", "\\color", "\\cite"):
                flush()
                pieces += self.command(str(part), reader)
            elif part in ("\\textbf", "\\textit", "\\textsf", "\\texttt", "\\textrm", "\\emph"):
                flush()
                pieces += self.text("\\textit" if part == "\\emph" else str(part), reader.argument(str(part)))
            elif part == "\\\\":
                words.append(" ")
            else:
                words.append(part)
        flush()
        return pieces or ["\\text", []]

    # --- one command each ---

    def do_not(self, reader: Reader) -> list[Part]:
        following = reader.peek()
        if not isinstance(following, str) or following not in NEGATED:
            return ["\\not"]
        reader.argument("\\not")
        return [NEGATED[following]]

    def do_boxed(self, reader: Reader) -> list[Part]:
        return self.classed("lp-boxed", ["\\displaystyle", *self.rewrite(reader.argument("\\boxed"))])

    def do_fbox(self, reader: Reader) -> list[Part]:
        return self.classed("lp-boxed", self.text("\\text", reader.argument("\\fbox")))

    do_framebox = do_fbox

    def do_cancelto(self, reader: Reader) -> list[Part]:
        to, what = reader.argument("\\cancelto"), reader.argument("\\cancelto")
        return [*self.classed("lp-cancel", self.rewrite(what)), "^", self.rewrite(to)]

    def do_enclose(self, reader: Reader) -> list[Part]:
        kinds = written(reader.argument("\\enclose")).replace(",", " ").split()
        reader.optional()
        unknown = set(kinds) - set(ENCLOSED)
        if unknown:
            raise TexError(f"\\enclose{{{' '.join(kinds)}}}.")
        return self.classed(
            " ".join(f"lp-{ENCLOSED[kind]}" for kind in kinds), self.rewrite(reader.argument("\\enclose"))
        )

    def do_bbox(self, reader: Reader) -> list[Part]:
        asked = written(reader.optional() or [])
        style = []
        for part in re.split(r",(?![^(]*\))", asked):
            part = part.strip()
            if LENGTH.fullmatch(part):
                style.append(f"padding:{length(part)}")
            elif part.startswith("border:"):
                style.append(re.sub(r"[^\w\s.#()%:-]", "", part))
            elif part:
                style.append(f"background:{colour('', part)}")
        return self.styled(";".join(style), self.rewrite(reader.argument("\\bbox")))

    def do_textcolor(self, reader: Reader) -> list[Part]:
        model = written(reader.optional() or [])
        shade = colour(model, written(reader.argument("\\textcolor")))
        return self.styled(f"color:{shade}", self.rewrite(reader.argument("\\textcolor")))

    def do_color(self, reader: Reader) -> list[Part]:
        model = written(reader.optional() or [])
        shade = colour(model, written(reader.argument("\\color")))
        rest: list[Part] = []
        while reader and reader.parts[reader.at] not in ("&", "\\\\", "\\end", "\\right", "\\middle"):
            rest.append(reader.next())
        return self.styled(f"color:{shade}", self.rewrite(rest))

    def do_colorbox(self, reader: Reader) -> list[Part]:
        shade = colour("", written(reader.argument("\\colorbox")))
        return self.styled(f"background:{shade};padding:.2em", self.text("\\text", reader.argument("\\colorbox")))

    def do_fcolorbox(self, reader: Reader) -> list[Part]:
        line, shade = (colour("", written(reader.argument("\\fcolorbox"))) for _ in range(2))
        body = self.text("\\text", reader.argument("\\fcolorbox"))
        return self.styled(f"background:{shade};border:.06em solid {line};padding:.2em", body)

    def do_href(self, reader: Reader) -> list[Part]:
        address = written(reader.argument("\\href")).replace("\\", "")
        return self.linked(address, self.rewrite(reader.argument("\\href")))

    def linked(self, address: str, body: list[Part]) -> list[Part]:
        if re.match(r"\s*(javascript|data|vbscript):", address, re.IGNORECASE):
            raise TexError(f"a link to {address[:40]}.")

        def change(row: ET.Element) -> ET.Element:
            text, link, math = ET.Element("mtext"), ET.Element("a", {"href": address}), ET.Element("math")
            math.extend(list(row))
            link.append(math)
            text.append(link)
            return text

        return self.mark(change, body)

    def do_eqref(self, reader: Reader) -> list[Part]:
        return self.refer(reader, "({})")

    def do_ref(self, reader: Reader) -> list[Part]:
        return self.refer(reader, "{}")

    def refer(self, reader: Reader, form: str) -> list[Part]:
        label = written(reader.argument("\\ref"))
        found = self.reference(label)
        if found is None:
            return ["\\text", [form.format("???")]]
        return self.linked(found[0], ["\\text", [form.format(found[1])]])

    def do_label(self, reader: Reader) -> list[Part]:
        reader.argument("\\label")  # Sphinx knows it, where it stands in an equation
        return []

    def do_tag(self, reader: Reader) -> list[Part]:
        return ["\\tag", self.plain(reader.argument("\\tag"))]

    def do_tag_star(self, reader: Reader) -> list[Part]:
        return ["\\tag*", self.plain(reader.argument("\\tag*"))]

    def plain(self, parts: list[Part]) -> list[Part]:
        words = written(parts).replace("$", "")
        return [re.sub(r"(?<!\\)_", r"\\_", words)]

    def do_DeclareMathOperator(self, reader: Reader) -> list[Part]:
        return self.operator(reader, "\\operatorname")

    def do_DeclareMathOperator_star(self, reader: Reader) -> list[Part]:
        return self.operator(reader, "\\operatorname*")

    def operator(self, reader: Reader, kind: str) -> list[Part]:
        name = written(reader.argument("\\DeclareMathOperator")).strip()
        return ["\\def", name, [kind, self.letters(reader.argument("\\DeclareMathOperator"))]]

    def letters(self, parts: list[Part]) -> list[Part]:
        """The letters of an operator's name, less the commands for upright ones."""
        out: list[Part] = []
        for part in parts:
            if isinstance(part, list):
                out += self.letters(part)
            elif part not in ("\\mathrm", "\\rm", "\\text", "\\textrm", "\\mathop", "\\limits", "\\nolimits", "\\mbox"):
                out.append(part)
        return out

    def do_operatorname(self, reader: Reader) -> list[Part]:
        return ["\\operatorname", self.letters(reader.argument("\\operatorname"))]

    def do_operatorname_star(self, reader: Reader) -> list[Part]:
        return ["\\operatorname*", self.letters(reader.argument("\\operatorname*"))]

    def do_newcommand(self, reader: Reader) -> list[Part]:
        if reader.peek() == "*":
            reader.skip()
            reader.next()
        name = written(reader.argument("\\newcommand")).strip()
        count, default = written(reader.optional() or []).strip(), reader.optional()
        body = reader.argument("\\newcommand")
        if default is not None:
            raise TexError(f"{name}: a macro whose first argument may be left out.")
        arguments = "".join(f"#{n + 1}" for n in range(int(count or 0)))
        return ["\\def", name + arguments, self.rewrite(body)]

    do_renewcommand = do_newcommand

    def do_providecommand(self, reader: Reader) -> list[Part]:
        return self.do_newcommand(reader)

    def do_mathop(self, reader: Reader) -> list[Part]:
        body = reader.argument("\\mathop")
        limits = reader.peek()
        if limits in ("\\limits", "\\nolimits"):
            reader.skip()
            reader.next()
        inner = self.rewrite(body)
        if limits == "\\nolimits" or limits != "\\limits" and not self.display:
            return [inner]
        scripts: dict[str, list[Part]] = {}
        while reader.peek() in ("_", "^"):
            reader.skip()
            sign = str(reader.next())
            scripts[sign] = self.rewrite(reader.atom(sign))
        made: list[Part] = [inner]
        if "^" in scripts:
            made = ["\\overset", scripts["^"], made]
        if "_" in scripts:
            made = ["\\underset", scripts["_"], made]
        return [made]

    def do_overunderset(self, reader: Reader) -> list[Part]:
        over, under, base = (self.rewrite(reader.argument("\\overunderset")) for _ in range(3))
        return ["\\overset", over, ["\\underset", under, base]]

    def do_stackbin(self, reader: Reader) -> list[Part]:
        return ["\\overset", self.rewrite(reader.argument("\\stackbin")), self.rewrite(reader.argument("\\stackbin"))]

    def do_widetilde(self, reader: Reader) -> list[Part]:
        def change(row: ET.Element) -> ET.Element:
            over = ET.Element("mover", {"accent": "true"})
            inner = ET.SubElement(over, "mrow")
            inner.extend(list(row))
            tilde = ET.SubElement(over, "mo", {"stretchy": "true"})
            tilde.text = "\N{COMBINING TILDE}"
            return over

        return self.mark(change, self.rewrite(reader.atom("\\widetilde")))

    def do_mathnormal(self, reader: Reader) -> list[Part]:
        return [self.rewrite(reader.argument("\\mathnormal"))]

    do_oldstyle = do_mathnormal
    do_vcenter = do_mathnormal

    def do_smash(self, reader: Reader) -> list[Part]:
        which = written(reader.optional() or [])
        size = {"t": {"height": "0"}, "b": {"depth": "0"}}.get(which, {"height": "0", "depth": "0"})
        return self.padded(self.rewrite(reader.argument("\\smash")), **size)

    def do_llap(self, reader: Reader) -> list[Part]:
        return self.padded(self.rewrite(reader.argument("\\llap")), width="0", lspace="-1em")

    def do_rlap(self, reader: Reader) -> list[Part]:
        return self.padded(self.rewrite(reader.argument("\\rlap")), width="0")

    do_mathllap, do_mathrlap, do_mathclap, do_clap = do_llap, do_rlap, do_rlap, do_rlap

    def do_raise(self, reader: Reader) -> list[Part]:
        return self.shifted(reader, 1)

    def do_lower(self, reader: Reader) -> list[Part]:
        return self.shifted(reader, -1)

    def shifted(self, reader: Reader, sign: int) -> list[Part]:
        by = reader.length("\\raise")
        by = by if sign > 0 else by[1:] if by[0] == "-" else f"-{by}"
        return self.padded(self.rewrite(reader.atom("\\raise")), voffset=by)

    def do_rule(self, reader: Reader) -> list[Part]:
        lift = reader.optional()
        width, height = (length(written(reader.argument("\\rule"))) for _ in range(2))

        def change(row: ET.Element) -> ET.Element:
            seen = all(float(re.match(r"-?[\d.]+", size)[0]) > 0 for size in (width, height))  # type: ignore[index]
            shown = "background:currentcolor" if seen else ""
            space = ET.Element("mspace", {"width": width, "height": height, "style": shown})
            if lift:
                raised = ET.Element("mpadded", {"voffset": length(written(lift))})
                raised.append(space)
                return raised
            return space

        return self.mark(change, [])

    def do_unicode(self, reader: Reader) -> list[Part]:
        reader.optional()
        code = written(reader.argument("\\unicode")).strip()
        return [chr(int(code[1:], 16) if code[:1] in "xX" else int(code))]

    def do_require(self, reader: Reader) -> list[Part]:
        reader.argument("\\require")
        return []

    def do_vspace(self, reader: Reader) -> list[Part]:
        reader.argument("\\vspace")
        return []

    def do_class(self, reader: Reader) -> list[Part]:
        name = re.sub(r"[^\w\s-]", "", written(reader.argument("\\class")))
        return self.classed(name, self.rewrite(reader.argument("\\class")))

    def do_cssId(self, reader: Reader) -> list[Part]:
        name = re.sub(r"[^\w-]", "", written(reader.argument("\\cssId")))

        def change(row: ET.Element) -> ET.Element:
            row.set("id", name)
            return row

        return self.mark(change, self.rewrite(reader.argument("\\cssId")))

    def do_style(self, reader: Reader) -> list[Part]:
        style = re.sub(r"[<>\"{}]|url\(", "", written(reader.argument("\\style")))
        return self.styled(style, self.rewrite(reader.argument("\\style")))

    def do_root(self, reader: Reader) -> list[Part]:
        degree: list[Part] = []
        while reader and reader.peek() != "\\of":
            degree.append(reader.next())
        reader.argument("\\root")
        return ["\\sqrt", "[", *self.rewrite(degree), "]", self.rewrite(reader.atom("\\root"))]

    def do_matrix(self, reader: Reader) -> list[Part]:
        return self.made_environment("matrix", reader.argument("\\matrix"))

    def do_pmatrix(self, reader: Reader) -> list[Part]:
        return self.made_environment("pmatrix", reader.argument("\\pmatrix"))

    def do_cases(self, reader: Reader) -> list[Part]:
        return self.made_environment("cases", reader.argument("\\cases"))

    def do_eqalign(self, reader: Reader) -> list[Part]:
        return self.made_environment("aligned", reader.argument("\\eqalign"))

    def do_displaylines(self, reader: Reader) -> list[Part]:
        return self.made_environment("gathered", reader.argument("\\displaylines"))

    def do_substack(self, reader: Reader) -> list[Part]:
        return ["\\begin", ["subarray"], ["c"], *between(self.rows(reader.argument("\\substack")), "\\\\"),
                "\\end", ["subarray"]]  # fmt: skip

    def do_verb(self, reader: Reader) -> list[Part]:
        sign, words = reader.next(), []
        while reader and (part := reader.next()) != sign:
            words.append(part)
        return self.text("\\texttt", [escaped(part) for part in words])

    def do_ce(self, reader: Reader) -> list[Part]:
        return self.rewrite(parse(chemistry(written(reader.argument("\\ce")))))

    def do_varlimsup(self, reader: Reader) -> list[Part]:
        return ["\\overline", ["\\lim"]]

    def do_varliminf(self, reader: Reader) -> list[Part]:
        return ["\\underline", ["\\lim"]]


def chemistry(text: str) -> str:
    r"""The commonest of mhchem's \ce: formulas with counts and charges, arrows, states."""
    if re.search(r"[{}$\\]", text.replace("{", "", 0)) and not re.fullmatch(r"[\w\s+().<=>\[\]^{}-]*", text):
        raise TexError(f"\\ce{{{text}}}: more than formulas, charges and arrows.")
    arrows = {"->": r"\rightarrow", "<-": r"\leftarrow", "<=>": r"\rightleftharpoons", "<->": r"\leftrightarrow"}
    out = []
    for word in text.split():
        if word in arrows:
            out.append(arrows[word])
        elif word in "+":
            out.append("+")
        else:
            word = re.sub(r"\^\{?([\d+-]+)\}?", r"^{\1}", word)
            word = re.sub(r"(?<=[A-Za-z)\]])(\d+)", r"_{\1}", word)
            word = re.sub(r"(?<=[A-Za-z\d)\]}])([+-])$", r"^{\1}", word)
            out.append(re.sub(r"([A-Z][a-z]?|\((?:s|l|g|aq)\)$)", r"\\mathrm{\1}", word))
    return r"\; ".join(out)


def escaped(part: Part) -> Part:
    return f"\\{part}" if part in ("_", "&", "#", "$", "%") else part


def flat(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, list):
            yield from flat(part)
        else:
            yield part


def cells(row: list[Part]) -> list[list[Part]]:
    found: list[list[Part]] = [[]]
    for part in row:
        if part == "&":
            found.append([])
        else:
            found[-1].append(part)
    return found


def between(rows: list[list[Part]], sign: str) -> list[Part]:
    out: list[Part] = []
    for number, row in enumerate(rows):
        out += [*([sign] if number else []), *row]
    return out


def colour(model: str, name: str) -> str:
    """A colour as CSS says it."""
    model, name = model.strip().lower(), name.strip()
    numbers = [float(number) for number in re.findall(r"\d*\.?\d+", name)] if model else []
    if model == "rgb" and len(numbers) == 3:
        scale = 1 if max(numbers) > 1 else 255
        return f"rgb({','.join(f'{number * scale:.0f}' for number in numbers)})"
    if model == "gray" and numbers:
        return f"rgb({','.join([f'{numbers[0] * 255:.0f}'] * 3)})"
    if model == "html":
        name = f"#{name.lstrip('#')}"
    name = name.replace("\\#", "#")
    if re.fullmatch(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]+|(?:rgb|hsl)a?\([\d\s.,%]+\)", name):
        return name.lower() if name[0] != "#" else name
    raise TexError(f"the colour {name!r}.")


# MathML


def settled(element: str, marks: list[Mark]) -> str:
    """Return math-core's MathML with what is marked put right."""
    if not any(chr(FIRST_MARK + number) in element for number in range(len(marks))):
        return element
    plain = re.sub(r"&(?!amp;|lt;|gt;|quot;|#)(\w+);", lambda entity: html.unescape(entity[0]), element)
    root = ET.fromstring(plain)
    while (found := _first_mark(root, marks)) is not None:
        parent, row, number = found
        mark = marks[number]
        lone = row is None
        if lone:  # a mark on its own: math-core left its group out
            sign = next(child for child in parent if child.text == chr(FIRST_MARK + number))
            row = ET.Element("mrow")
            at = list(parent).index(sign)
            parent.remove(sign)
            parent.insert(at, row)
            holder: ET.Element | None = parent
        else:
            assert row is not None
            row.remove(row[0])
            holder = _parent(root, row)
        changed = mark.change(row)
        if changed is not row:
            changed.tail = row.tail
            assert holder is not None
            at = list(holder).index(row)
            holder.remove(row)
            holder.insert(at, changed)
    _space_rows(root)
    return ET.tostring(root, encoding="unicode", short_empty_elements=False)


def _first_mark(root: ET.Element, marks: list[Mark]) -> tuple[ET.Element, ET.Element | None, int] | None:
    last = FIRST_MARK + len(marks)
    for parent in root.iter():
        for at, child in enumerate(parent):
            text = child.text or ""
            if len(child) or len(text) != 1 or not FIRST_MARK <= ord(text) < last:
                if any(FIRST_MARK <= ord(one) < last for one in text):
                    raise TexError("a construct inside letters of one kind.")
                continue
            whole = parent.tag in ("mrow", "mpadded", "mphantom", "mstyle") and at == 0
            return parent, parent if whole else None, ord(text) - FIRST_MARK
    return None


def _parent(root: ET.Element, child: ET.Element) -> ET.Element | None:
    return next((parent for parent in root.iter() if child in list(parent)), None)


def _space_rows(root: ET.Element) -> None:
    for row in root.iter("mtr"):
        space = next((cell.get("data-space") for cell in row.iter() if cell.get("data-space")), None)
        for cell in row:
            if space:
                cell.set("style", f"{cell.get('style', '')}padding-bottom:calc(0.5ex + {space});")
    for node in root.iter():
        node.attrib.pop("data-space", None)
