"""Write a docutils document as Markdown that any notebook viewer shows: no directives, links with full addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape

from docutils import nodes

#: Nodes without text for the reader.
SILENT = (nodes.target, nodes.comment, nodes.system_message, nodes.substitution_definition, nodes.title, nodes.colspec)
#: What Markdown writes around the text of a node.
MARKED: dict[type[nodes.Node], str] = {
    nodes.emphasis: "*{}*",
    nodes.strong: "**{}**",
    nodes.subscript: "<sub>{}</sub>",
    nodes.superscript: "<sup>{}</sup>",
    nodes.footnote_reference: "<sup>{}</sup>",
}
#: Environments that need no dollar signs around them.
DISPLAYED = re.compile(r"\\begin\{(align|alignat|equation|flalign|gather|multline)\*?\}")


def plain(text: str) -> str:
    """Escape what Markdown would read as markup."""
    return re.sub(r"([\\`*_$<\[\]|])", r"\\\1", re.sub(r"\s+", " ", text))


@dataclass(frozen=True)
class Markdown:
    """Write nodes as Markdown.

    `address(reference)` returns the full address of a reference, `picture(image)` that of a picture, and `number(node)`
    what the page calls a numbered node; all return None where there is none. `report(node, what)` is called for what
    Markdown cannot express.
    """

    address: Callable[[nodes.reference], str | None]
    number: Callable[[nodes.Element], str | None] = lambda node: None
    picture: Callable[[nodes.image], str | None] = lambda node: None
    report: Callable[[nodes.Node, str], None] = lambda node, what: None
    level: int = 1

    def below(self) -> Markdown:
        """Return the writer of a section's subsections."""
        return replace(self, level=self.level + 1)

    def heading(self, section: nodes.section) -> str:
        return f"{'#' * self.level} {self.title(section)}"

    def blocks(self, node: nodes.Element) -> list[str]:
        """Return the blocks of text in `node`, without blank lines around them."""
        return [block for child in node.children for block in self.block(child)]

    def block(self, node: nodes.Node) -> list[str]:
        for kind in type(node).__mro__:
            method = getattr(self, f"block_{kind.__name__}", None)
            if method:
                found = method(node)
                return [found] if isinstance(found, str) else found
        name = type(node).__name__
        if isinstance(node, SILENT) or name in ("index", "toctree"):
            return []
        if isinstance(node, (nodes.Text, nodes.Inline)):
            return [self.inline(node)]
        if isinstance(node, nodes.Admonition) or name.startswith(("exercise", "proof", "solution")):
            return self.boxed(node)
        self.check_content(node)
        return self.blocks(node)

    def check_content(self, node: nodes.Element) -> None:
        """Report an extension's own node without children, such as a diagram: nothing of it would be left."""
        if not node.children and type(node).__module__ not in ("docutils.nodes", "sphinx.addnodes"):
            self.report(node, type(node).__name__)

    def block_section(self, node: nodes.section) -> list[str]:
        if not self.title(node):  # sphinx-exercise keeps what it holds in one
            return self.blocks(node)
        return [self.heading(node), *self.below().blocks(node)]

    def block_paragraph(self, node: nodes.TextElement) -> str:
        return self.line(node)

    block_caption = block_paragraph

    def block_rubric(self, node: nodes.rubric) -> str:
        return f"**{self.line(node)}**"

    def block_bullet_list(self, node: nodes.bullet_list) -> str:
        return "\n".join(indented("- ", self.blocks(item)) for item in node.children)

    def block_enumerated_list(self, node: nodes.enumerated_list) -> str:
        first = node.get("start", 1)
        return "\n".join(indented(f"{number}. ", self.blocks(item)) for number, item in enumerate(node.children, first))

    def block_definition_list_item(self, node: nodes.definition_list_item) -> list[str]:
        terms = ", ".join(f"**{self.line(term)}**" for term in node.findall(nodes.term))
        return [terms, *(block for definition in node.findall(nodes.definition) for block in self.blocks(definition))]

    def block_line_block(self, node: nodes.line_block, indent: str = "") -> str:
        return "<br>\n".join(
            self.block_line_block(child, indent + "&emsp;")
            if isinstance(child, nodes.line_block)
            else indent + self.line(child)
            for child in node.children
        )

    def block_citation(self, node: nodes.Element, form: str = "**{}**") -> list[str]:
        label, *rest = node.children
        first, *more = [block for child in rest for block in self.block(child)] or [""]
        return [f"{form.format(plain(label.astext()))} {first}", *more]

    def block_footnote(self, node: nodes.footnote) -> list[str]:
        return self.block_citation(node, "<sup>{}</sup>")

    def block_literal_block(self, node: nodes.literal_block) -> str:
        language = node.get("language") or ""
        language = {"ipython3": "python", "myst-ansi": "", "none": "", "default": ""}.get(language, language)
        fence = "````" if "```" in node.astext() else "```"
        return f"{fence}{language}\n{node.astext().rstrip()}\n{fence}"

    def block_math_block(self, node: nodes.math_block) -> str:
        formula = node.astext().strip()
        if DISPLAYED.match(formula):
            return formula
        if number := self.number(node) or node.get("number"):
            # Not between dollars, since jupyterlab-myst would number those a second time.
            return f"\\begin{{equation*}}\n{formula} \\tag{{{number}}}\n\\end{{equation*}}"
        return f"$$\n{formula}\n$$"

    def block_block_quote(self, node: nodes.block_quote) -> str:
        return quoted(self.blocks(node))

    def block_transition(self, node: nodes.transition) -> str:
        return "---"

    def block_raw(self, node: nodes.raw) -> list[str]:
        if node.get("format") != "html":
            return []
        html = node.astext()
        if "<script" in html:
            # A cell's output is written with the cell; a node without a line is an extension's (sphinx-thebe's).
            if "output" not in node["classes"] and node.line is not None:
                self.report(node, "HTML with a script")
            return []
        if re.search(r"""\ssrc=(?!["']?(?:[\w+.-]+:|//))""", html):
            self.report(node, "HTML that loads a file from the site")
        return [html]

    def block_image(self, node: nodes.image) -> str:
        alt, address = plain(node.get("alt") or ""), self.picture(node)
        return f"![{alt}]({address})" if address else f"*{alt or 'a picture, on the page'}*"

    def block_table(self, node: nodes.table) -> list[str]:
        def cells(row: nodes.row) -> str:
            return "| " + " | ".join(" ".join(self.blocks(entry)) for entry in row.children) + " |"

        rows = list(node.findall(nodes.row))
        entries = [entry for row in rows for entry in row.children]
        if any("morecols" in entry or "morerows" in entry or "\n" in " ".join(self.blocks(entry)) for entry in entries):
            self.report(node, "a table with merged cells or with several lines in one")
        title = [f"*{self.title(node)}*"] if next(iter(node.findall(nodes.title)), None) else []
        rule = "|" + " --- |" * len(rows[0].children)
        return [*title, "\n".join([cells(rows[0]), rule, *map(cells, rows[1:])])]

    def boxed(self, node: nodes.Element) -> list[str]:
        """Write an admonition or exercise as a quotation with its title, a solution or dropdown as a folded section."""
        kind = type(node).__name__
        title = self.box_title(node)
        body = [block for child in node.children if not is_title(child) for block in self.block(child)]
        if kind.startswith("solution") or "dropdown" in node.get("classes", []):
            return [f"<details><summary>{escape(re.sub(r'[*`]', '', title))}</summary>", *body, "</details>"]
        return [quoted([f"**{title}**", *body])]

    def box_title(self, node: nodes.Element) -> str:
        """Return the title of an admonition, an exercise or a solution: number and name, title, or kind."""
        title, number = self.title(node), self.number(node)
        if number:
            return f"{number} {title}" if title.startswith("(") else number  # as sphinx-exercise writes it
        return title or type(node).__name__.partition("_")[0].capitalize()

    def title(self, node: nodes.Element) -> str:
        return next((self.line(child) for child in node.children if is_title(child)), "")

    def line(self, node: nodes.Element) -> str:
        return "".join(map(self.inline, node.children)).strip()

    def inline(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Text):
            return plain(node.astext())
        if isinstance(node, nodes.math):
            return f"${node.astext().strip()}$"
        if isinstance(node, nodes.literal):
            ticks = "``" if "`" in node.astext() else "`"
            return f"{ticks}{node.astext()}{ticks}"
        if isinstance(node, nodes.raw):
            return " ".join(self.block_raw(node))
        if isinstance(node, nodes.image):
            return self.block_image(node)
        if isinstance(node, SILENT) or type(node).__name__ == "index":
            return ""
        inner = "".join(map(self.inline, node.children))
        for kind, form in MARKED.items():
            if isinstance(node, kind):
                return form.format(inner)
        if isinstance(node, nodes.reference):
            address = self.address(node)
            return f"[{inner}]({address})" if address else inner
        self.check_content(node)
        return inner


def is_title(node: nodes.Node) -> bool:
    return isinstance(node, nodes.title) or type(node).__name__.endswith("_title")


def indented(mark: str, blocks: list[str]) -> str:
    text = "\n\n".join(blocks)
    return mark + text.replace("\n", "\n" + " " * len(mark))


def quoted(blocks: list[str]) -> str:
    return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(blocks).split("\n"))
