"""Provide ``Explorable``, the base class of figures that the browser computes."""

import json
import math
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from matplotlib.figure import Figure

from kernelfree.building import is_building
from kernelfree.deliver.modules import bundle, modules_for_payload
from kernelfree.deliver.payload import MIME, ExplorablePayload, check_name
from kernelfree.deliver.rewrite import STATIC
from kernelfree.draw.still import still
from kernelfree.state import state


class Explorable(anywidget.AnyWidget):
    """Shows a figure that is dragged, or computed in the browser. docs/explorable.md has the front end's side.

    A subclass sets ``_esm``, the path of the front end, ``name``, ``title``, ``description``, synced traits, which are
    the figure's state, where it needs them ``_css`` and ``space``, CSS heights for phone and desk, and has ``still()``.
    """

    name: str = ""
    title: ClassVar[str] = ""
    description: ClassVar[str] = ""
    space: ClassVar[tuple[str, str] | None] = None

    #: For the kit: limits and starting values of the state, and the texts around the figure.
    _about = traitlets.Dict().tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        for name, value in cls.__dict__.items():
            if isinstance(value, traitlets.TraitType) and callable(getattr(Explorable, name, None)):
                raise TypeError(
                    f"{cls.__name__}.{name} would hide {name}(), which every widget has: give the trait another name"
                )
        front_end, style = cls.__dict__.get("_esm"), cls.__dict__.get("_css")
        # anywidget itself derives a class per instance, whose _esm is a trait made of what is set here.
        if front_end is not None and not isinstance(front_end, traitlets.TraitType):
            cls._front_end = _path_of(cls, "_esm", front_end)
            cls._esm = bundle(cls._front_end, default="kit.dress(front)")
            cls._own_css = _path_of(cls, "_css", style).read_text(encoding="utf-8") if style is not None else ""
            cls._css = (STATIC / "kernelfree.css").read_text(encoding="utf-8") + cls._own_css
        super().__init_subclass__(**kwargs)

    def __init__(self, **kwargs: Any) -> None:
        kind = type(self)
        if not hasattr(kind, "_front_end"):
            raise TypeError(f"{kind.__name__} has no front end: set _esm to the path of its ES module")
        check_name(self.name, f"{kind.__name__}.name")
        if not kind.title or not kind.description:
            raise TypeError(f"{kind.__name__} needs a title and a description, for readers who cannot see the figure")
        self._instance = next(state.instances)
        super().__init__(**kwargs)

    def still(self) -> Figure:
        """Draw the present state with matplotlib, for print and where no JavaScript runs."""
        raise NotImplementedError(f"{type(self).__name__}.still() must return a matplotlib figure of the current state")

    def root_attributes(self) -> dict[str, str] | None:
        """Return the outermost element's attributes for a widget that brings all of its HTML."""
        return None

    def open(self) -> None:
        """Connect to the notebook, unless a book is being built: then the state travels in the figure's output."""
        if not is_building():
            super().open()

    @traitlets.default("_about")
    def _describe(self) -> dict[str, Any]:
        traits = {name: trait for name, trait in self._own_traits().items() if not trait.metadata.get("data")}
        limits = {name: _limits(trait) for name, trait in traits.items()}
        root = self.root_attributes()
        about: dict[str, Any] = {"root": root} if root else {}
        return about | {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "limits": {name: limit for name, limit in limits.items() if limit},
            "start": {name: getattr(self, name) for name in traits},
        }

    def _own_traits(self) -> dict[str, traitlets.TraitType[Any, Any]]:
        """Return the synced traits of the subclass: the state, and the constants with ``data=True``."""
        inherited = Explorable.class_trait_names()
        synced = self.traits(sync=True)
        return {name: synced[name] for name in synced if not name.startswith("_") and name not in inherited}

    def _picture(self) -> Any:
        """Return what has ``svg()`` for the page, and a rich display for every other reader."""
        return still(self.still(), self.description, self.title)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        picture = self._picture()
        if not is_building():
            data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
            return {**data, **picture._repr_mimebundle_()}, metadata
        values = {name: _plain(name, getattr(self, name)) for name in self._own_traits()}
        data = self.traits(sync=True, data=True)
        payload = ExplorablePayload(
            name=self.name,
            title=self.title,
            instance=self._instance,
            modules=modules_for_payload(self._front_end),
            about=self._describe(),
            state={name: value for name, value in values.items() if name not in data},
            data={name: value for name, value in values.items() if name in data},
            still=picture.svg(),
            css=self._own_css,
            space=list(self.space) if self.space else None,
        )
        return {MIME: payload.to_json(), **picture._repr_mimebundle_()}


def _path_of(cls: type, attribute: str, value: object) -> Path:
    path = Path(str(value))
    if "\n" in str(value) or not path.is_file():
        raise FileNotFoundError(f"{cls.__name__}.{attribute} must be the path of a file, got {str(value)[:80]!r}")
    return path


def _plain(name: str, value: Any) -> Any:
    """Return a trait's value as JSON holds it. Raises ``TypeError`` for what JSON cannot say."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise TypeError(f"trait {name!r} must hold what JSON can say (lists, finite numbers, texts): {error}") from None


def _limits(trait: traitlets.TraitType[Any, Any]) -> dict[str, Any] | None:
    """Return what a trait admits, for the browser; ``None`` where a few numbers cannot say it."""
    if isinstance(trait, traitlets.Bool):
        return {"kind": "boolean"}
    if isinstance(trait, traitlets.Enum):
        return {"kind": "choice", "values": list(trait.values or ())}
    if isinstance(trait, (traitlets.Int, traitlets.Float)):
        if any(end is None or not math.isfinite(end) for end in (trait.min, trait.max)):
            return None
        kind = "integer" if isinstance(trait, traitlets.Int) else "number"
        return {"kind": kind, "min": trait.min, "max": trait.max}
    if isinstance(trait, traitlets.List) and trait._trait is not None:
        items = _limits(trait._trait)
        return {"kind": "list", "items": items} if items else None
    return None
