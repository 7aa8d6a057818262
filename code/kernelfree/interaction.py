"""``interact``: a matplotlib function under sliders, with a kernel behind it or with none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernelfree.picture import Still


def interact(
    draw: Callable[..., Any],
    *,
    name: str | None = None,
    title: str | None = None,
    description: str | None = None,
    max_frames: int = 1000,
    **controls: Any,
) -> None:
    raise NotImplementedError("interact is being built")
