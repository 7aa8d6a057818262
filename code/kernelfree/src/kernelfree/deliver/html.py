"""Turn a payload into a figure's HTML and the files that it needs, for a page of a site or a page of its own."""

import hashlib
import json
import re
from functools import cache
from html import escape
from typing import Any

from kernelfree.deliver.modules import load_modules
from kernelfree.deliver.payload import ExplorablePayload, FramesPayload, Payload
from kernelfree.deliver.rewrite import KIT, STATIC, remove_comments

#: Data of at most this many characters is put into the page; more waits in a file until the reader comes near.
MAX_INLINE = 300
#: A string, a comment on lines of its own, or another comment.
_CSS_COMMENT = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(^[ \t]*/\*.*?\*/[ \t]*\n)|/\*.*?\*/""", re.DOTALL | re.MULTILINE
)
#: However many figures use a front end.
_load_once = cache(load_modules)


def figure_html(payload: Payload, *, max_inline: int = MAX_INLINE) -> tuple[str, dict[str, str]]:
    """Return the figure as HTML, and the files that its manifest names: file name -> content.

    The manifest of a figure of ``interact``, for instance; its files are in the order in which they run::

        {"name": "wave", "instance": 1, "kit": "kit.1f2e3a4b", "front": "frames.5c6d7e8f", "data": "wave.0a1b2c3d",
         "files": ["kit.1f2e3a4b.js", "controls.9e8d7c6b.js", "frames.5c6d7e8f.js", "wave.0a1b2c3d.js"],
         "styles": [], "state": {"k": 1, ...}, "about": {"limits": ..., "start": ..., ...}, "own_view": False}
    """
    files = _module_files(payload.modules)
    names = [file.removesuffix(".js") for file in files]
    manifest: dict[str, Any] = {
        "name": payload.name,
        "instance": payload.instance,
        "kit": next(name for name in names if name.startswith("kit.")),
        "front": names[-1],  # the front end comes last, after what it imports
        "files": [f"{name}.js" for name in names],
        "styles": [],
        "state": payload.state,
        "about": payload.about,
        # Whether the front end renders into an element of its own, in the place of the still picture.
        "own_view": isinstance(payload, ExplorablePayload) and "root" not in payload.about,
    }
    if payload.data:
        content = json_for_script(payload.data)
        if len(content) <= max_inline:
            manifest["state"] = {**payload.state, **payload.data}
        else:
            name = name_by_content(payload.name, content)
            files[f"{name}.js"] = f'kernelfree.data("{name}",{content});\n'
            manifest["files"].append(f"{name}.js")
            manifest["data"] = name
    if isinstance(payload, ExplorablePayload) and payload.css:
        style = remove_css_comments(payload.css)
        name = f"{name_by_content('figure', style)}.css"  # not after this figure: several may share a style sheet
        files[name] = style
        manifest["styles"].append(name)
    return _html(payload, manifest), files


def _html(payload: Payload, manifest: dict[str, Any]) -> str:
    said = '<p class="kf-said" aria-live="polite"></p>'
    script = f'<script type="application/json" class="kf-manifest">{json_for_script(manifest)}</script>'
    if root := payload.about.get("root"):  # a widget that brings all of its HTML
        attributes = " ".join(f'{name}="{escape(value)}"' for name, value in root.items())
        return f"<div {attributes}>{payload.still}{said}{script}</div>"
    title = payload.title or ""
    parts = [
        f'<div class="kernelfree" data-live-figure="{payload.name}" role="group"'
        f' aria-label="{escape(title or payload.name)}">',
        f'<p class="kf-title">{escape(title)}</p>' if title else "",
    ]
    if isinstance(payload, FramesPayload) and payload.controls:
        legend = '<legend class="kf-unseen">Controls</legend>'
        parts.append(f'<fieldset class="kf-controls d-print-none" disabled>{legend}{payload.controls}</fieldset>')
    if payload.still:
        space = payload.space if isinstance(payload, ExplorablePayload) else None
        spaced = f' kf-spaced" style="--kf-narrow:{escape(space[0])};--kf-wide:{escape(space[1])}' if space else ""
        parts.append(f'<div class="kf-stage{spaced}"><div class="kf-still">{payload.still}</div></div>')
    parts += [
        '<div class="kf-tools"><button type="button" class="kf-reset">Reset</button>'
        '<button type="button" class="kf-share">Copy link</button></div>',
        f"{said}{script}</div>",
    ]
    return "".join(parts)


def _module_files(modules: list[dict[str, Any]]) -> dict[str, str]:
    """Return the scripts for modules and the kit, file name -> content, each after those that it imports."""
    files: dict[str, str] = {}
    own: dict[str, str] = {}  # kernelfree's own file -> the module's name on the page

    def add(stem: str, imports: list[str], function: str) -> str:
        content = f"{json.dumps(imports)},{function}"
        name = name_by_content(stem, content)
        files[f"{name}.js"] = f'kernelfree.define("{name}",{content});\n'
        return name

    for front_end in (KIT.name, *(module["own"] for module in modules if "own" in module)):
        for module in _load_once(STATIC / front_end):
            imports = [own[imported.name] for imported in module.imports]
            own[module.path.name] = add(module.name, imports, module.function())
    numbered: list[str] = []
    for sent in modules:
        if "own" in sent:
            numbered.append(own[sent["own"]])
        else:
            imports = [numbered[number] for number in sent["imports"]]
            numbered.append(add(sent["name"], imports, sent["function"]))
    return files


def name_by_content(stem: str, content: str) -> str:
    """Return a file's name with a digest of its content, so that a changed file is another file: ``kit.1f2e3a4b``."""
    return f"{stem}.{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def json_for_script(content: Any) -> str:
    """Return JSON for a script element, with its keys sorted, as the execution cache sorts them."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False, sort_keys=True)
    return text.replace("<", "\\u003c")


def remove_css_comments(sheet: str) -> str:
    # ``a/**/b`` are two words, and neither ``ab`` nor ``a b``, which means b inside of a. So an empty comment stays in
    # the place of one within a line; a comment on lines of its own goes with its lines.
    return _CSS_COMMENT.sub(lambda match: match[1] or ("" if match[2] else "/**/"), sheet)


@cache
def own_file(name: str) -> tuple[str, str]:
    """Return the name that a file of the package has in a site, and its content there."""
    content = (STATIC / name).read_text(encoding="utf-8")
    stem, _, ending = name.partition(".")
    content = remove_comments(content) if ending == "js" else remove_css_comments(content)
    return f"{name_by_content(stem, content)}.{ending}", content
