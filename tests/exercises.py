"""One table of all exercises on built pages: right answers in three spellings, each named mistake, and garbage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from answers import words
from askback.exercise import unseal

#: What no exercise can take for an answer.
GARBAGE = ["", "   ", "1e999", "🎉", "x" * 10_000, "<script>window.hit = 1</script>", "../../etc/passwd", "NaN"]


@dataclass(frozen=True)
class Asked:
    """An exercise as its page holds it."""

    page: str
    name: str
    key: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.key["kind"])

    def parts(self) -> list[Asked]:
        """The gaps, each as an exercise of its own."""
        return [Asked(self.page, self.name, part) for part in self.key["parts"]]

    def right(self) -> list[str]:
        """The right answer, three times spelled otherwise."""
        key = self.key
        if self.kind == "gaps":
            return ["\n".join(texts) for texts in zip(*(part.right() for part in self.parts()), strict=True)]
        if self.kind == "number":
            plain = f"{key['answer']:.9f}"
            unit = f" {key['unit']}" if key["unit"] else ""
            return [plain, plain.replace("-", "−").replace(".", ",") + unit, f"({plain}) * 2 / 2"]
        if self.kind == "choice":
            letters = [chr(97 + place) for place, (right, _) in enumerate(key["options"]) if right]
            return [", ".join(letters), "".join(letters).upper(), " ".join(f"{letter})" for letter in letters)]
        if self.kind == "order":
            letters = [chr(97 + place) for place in key["answer"]]
            return [", ".join(letters), "".join(letters), " ".join(letters).upper()]
        if self.kind == "shape":
            sizes = ", ".join(map(str, key["answer"]))
            return [f"({sizes})" if "," in sizes else f"({sizes},)", f"torch.Size([{sizes}])", f"[ {sizes} ]"]
        return ["Because it is so.", "Ten letters", "Two\nlines, short."]

    def mistakes(self) -> list[tuple[str, str]]:
        """Each named mistake: what is typed for it, and what must be replied."""
        key = self.key
        if self.kind == "gaps":
            return [
                ("\n" * place + text, f"{chr(97 + place)}) {reply}")
                for place, part in enumerate(self.parts())
                for text, reply in part.mistakes()
            ]
        if self.kind == "number":
            return [(f"{value:.9f}", reply) for value, reply in key["mistakes"]]
        if self.kind == "order":
            return [(", ".join(chr(97 + place) for place in places), reply) for places, reply in key["mistakes"]]
        if self.kind == "shape":
            return [(str(tuple(sizes)), reply) for sizes, reply in key["mistakes"]]
        if self.kind == "choice":
            name = "{}) " if key["several"] else ""
            wrong = [
                (chr(97 + place), name.format(chr(97 + place)) + reply)
                for place, (right, reply) in enumerate(key["options"])
                if not right
            ]
            rights = [chr(97 + place) for place, (right, _) in enumerate(key["options"]) if right]
            return wrong + ([(rights[0], words()["missing"])] if len(rights) > 1 else [])
        return []

    def garbage(self) -> list[str]:
        return ["", "   ", "x" * 10_000] if self.kind == "judge" else GARBAGE

    def expected(self) -> list[tuple[str, str, str | None]]:
        """One answer of each sort, with the state that it leads to, and the reply where the key says it.

        A form takes them as a reader gives them; every answer there is goes through the same script in tests/site.
        """
        return [
            *((text, "shown" if self.kind == "judge" else "right", None) for text in self.right()),
            *((text, "wrong", reply.replace("`", "")) for text, reply in self.mistakes()[:1]),
            *((text, "open", None) for text in ([] if self.kind == "order" else [""])),
        ]


def exercises(site: Path) -> list[Asked]:
    """All exercises of a built site, in the order of pages' names and of the page."""
    found = []
    for path in sorted(site.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if "data-exercise=" not in text:
            continue
        for node in BeautifulSoup(text, "html.parser").select("[data-exercise]"):
            name = str(node["data-exercise"])
            manifest = json.loads(node.select_one("script.kf-manifest").string)
            sealed = manifest["state"].get("key")
            if sealed is None:  # large ones wait in a file of their own
                script = (site / "_static" / "kernelfree" / f"{manifest['data']}.js").read_text(encoding="utf-8")
                sealed = json.loads(script[script.index(",") + 1 : script.rindex(")")])["key"]
            found.append(Asked(path.relative_to(site).as_posix(), name, unseal(sealed)))
    return found
