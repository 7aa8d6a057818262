"""A figure's HTML and the scripts it needs, for a page of a site as for a page that stands alone."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from html import escape
from typing import Any

from kernelfree import modules, page

#: Data of at most this many characters stands in the page, since asking for a file takes as many; more waits in a file
#: until the figure comes near.
INLINE = 300
_COMMENT = r"/\*(?:[^*]|\*(?!/))*\*/"
_STRING = r"""\"(?:[^"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"""
#: White space in a style sheet, with the comments in it; or else what is to stay.
_IDLE = re.compile(rf"(?:{_COMMENT})*\s(?:{_COMMENT}|\s)*|({_STRING}|{_COMMENT})", re.DOTALL)


def figure(figure: page.Payload, *, inline: int = INLINE) -> tuple[str, dict[str, str]]:
    """The figure as HTML, and the files it names: file name -> content.

    Data of at most ``inline`` characters goes into the HTML itself.
    """
    scripts, names = module_files(figure.modules)
    root = figure.about.get("root")
    card: dict[str, Any] = {
        "name": figure.name,
        "instance": figure.instance,
        "kit": next(name for name in names if name.startswith("kit.")),
        "front": names[-1],
        "files": [f"{name}.js" for name in names],
        "styles": [],
        "state": figure.state,
        "about": figure.about,
        "still": isinstance(figure, page.Computed) and not root,
    }
    if figure.data:
        content = json_text(figure.data)
        if len(content) <= inline:
            card["state"] = {**figure.state, **figure.data}
        else:
            name = named(figure.name, content)
            scripts[f"{name}.js"] = f'kernelfree.data("{name}",{content});\n'
            card["files"].append(f"{name}.js")
            card["data"] = name
    if isinstance(figure, page.Computed) and figure.css:
        style = tight_style(figure.css)
        name = f"{named('figure', style)}.css"  # not after this figure: several may share a style sheet
        scripts[name] = style
        card["styles"].append(name)
    return _html(figure, card), scripts


def _html(figure: page.Payload, card: dict[str, Any]) -> str:
    title = figure.title or ""
    if root := figure.about.get("root"):
        attributes = " ".join(f'{name}="{escape(value)}"' for name, value in root.items())
        return (
            f'<div {attributes}>{figure.still}<p class="kf-said" aria-live="polite"></p>'
            f'<script type="application/json" class="kf-card">{json_text(card)}</script></div>'
        )
    parts = [
        f'<div class="kernelfree" data-live-figure="{figure.name}" role="group"'
        f' aria-label="{escape(title or figure.name)}">',
        f'<p class="kf-title">{escape(title)}</p>' if title else "",
    ]
    still = f'<div class="kf-still">{figure.still}</div>' if figure.still else ""
    if isinstance(figure, page.Frames) and figure.controls:
        legend = '<legend class="kf-unseen">Controls</legend>'
        parts.append(f'<fieldset class="kf-controls d-print-none" disabled>{legend}{figure.controls}</fieldset>')
    parts.append(_stage(still, figure.space if isinstance(figure, page.Computed) else None))
    parts += [
        '<div class="kf-tools"><button type="button" class="kf-reset">Reset</button>'
        '<button type="button" class="kf-share">Copy link</button></div>',
        '<p class="kf-said" aria-live="polite"></p>',
        f'<script type="application/json" class="kf-card">{json_text(card)}</script></div>',
    ]
    return "".join(parts)


def _stage(still: str, space: list[str] | None) -> str:
    if not still:
        return ""
    if not space:
        return f'<div class="kf-stage">{still}</div>'
    heights = f"--kf-narrow:{escape(space[0])};--kf-wide:{escape(space[1])}"
    return f'<div class="kf-stage kf-spaced" style="{heights}">{still}</div>'


def module_files(carried: list[dict[str, Any]]) -> tuple[dict[str, str], list[str]]:
    """The static scripts for the modules a figure carries: file name -> content, and the modules' names in order."""
    scripts: dict[str, str] = {}
    names: list[str] = []
    own: dict[str, str] = {}

    def add(stem: str, imports: list[str], function: str) -> str:
        content = f"{json.dumps(imports)},{modules.tight(function)}"
        name = named(stem, content)
        scripts[f"{name}.js"] = f'kernelfree.define("{name}",{content});\n'
        if name not in names:
            names.append(name)
        return name

    # kernelfree's own front ends come from the installed package, and the kit always goes along: the loader needs it.
    for front_end in (modules.KIT.name, *(module["own"] for module in carried if "own" in module)):
        for module in own_modules(front_end):
            imports = [own[imported.name] for imported in module.imports]
            own[module.path.name] = add(module.name, imports, module.function())
    numbered: list[str] = []
    for sent in carried:
        if "own" in sent:
            numbered.append(own[sent["own"]])
        else:
            imports = [numbered[number] for number in sent["imports"]]
            numbered.append(add(sent["name"], imports, sent["function"]))
    names.remove(numbered[-1])
    return scripts, [*names, numbered[-1]]


@cache
def own_modules(front_end: str) -> list[modules.Module]:
    """One of kernelfree's own front ends and what it imports, read once however many figures carry it."""
    return modules.load(modules.STATIC / front_end)


def named(stem: str, content: str) -> str:
    """A name that tells the content, so that a changed file is another file."""
    return f"{stem}.{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def json_text(content: Any) -> str:
    """JSON that may stand in a script element; sorted, since the execution cache sorts and bytes are to stay."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False, sort_keys=True)
    return text.replace("<", "\\u003c")


def tight_style(sheet: str) -> str:
    """A style sheet as a page loads it: its comments taken out, what white space is left a line break or a space."""
    return _IDLE.sub(lambda match: match[1] or ("\n" if "\n" in match[0] else " "), sheet).strip()


@cache
def own_file(name: str) -> tuple[str, str]:
    """A file of the package under the name that it has in a site, and its content there."""
    content = (modules.STATIC / name).read_text(encoding="utf-8")
    stem, _, ending = name.partition(".")
    content = modules.tight(content) if ending == "js" else tight_style(content)
    return f"{named(stem, content)}.{ending}", content
