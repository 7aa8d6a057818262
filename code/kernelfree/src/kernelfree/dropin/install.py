"""Replace ``interact`` and its family in ipywidgets, in a kernel that runs the cells of a book being built."""

from __future__ import annotations

from typing import Any

from kernelfree.dropin.boxes import interactive, interactive_output
from kernelfree.interaction.call import Interact
from kernelfree.interaction.figure import Options


def install(ipywidgets: Any) -> None:
    """Replace the names in ``ipywidgets`` and in the modules that it has them from."""
    replacements = {
        "interact": Interact(is_drop_in=True),
        "interact_manual": Interact(Options(manual=True), is_drop_in=True),
        "interactive_output": interactive_output,
    }
    for module in (ipywidgets, ipywidgets.widgets, ipywidgets.widgets.interaction):
        for name, function in replacements.items():
            setattr(module, name, function)
    # Not in ipywidgets.widgets.interaction, where it is the base class of the originals.
    for module in (ipywidgets, ipywidgets.widgets):
        module.interactive = interactive
