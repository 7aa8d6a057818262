"""Makes ``ipywidgets``' ``interact`` and its family ours, in a kernel that runs the cells of a book being built.

The folder ``hook`` beside this file holds a ``sitecustomize`` that calls ``install`` when a Python starts; the Sphinx
part puts it on the kernels' path where ``kernelfree_ipywidgets`` is set. Elsewhere nothing of this is ever read.
"""

from __future__ import annotations

from typing import Any


def install(ipywidgets: Any) -> None:
    """Replace the names in ``ipywidgets`` and where it has them from."""
    from kernelfree import interaction

    ours = {
        "interact": interaction.Interact(as_ipywidgets=True),
        "interact_manual": interaction.Interact(interaction.Options(manual=True), as_ipywidgets=True),
        "interactive_output": interaction.interactive_output,
    }
    for module in (ipywidgets, ipywidgets.widgets, ipywidgets.widgets.interaction):
        for name, function in ours.items():
            setattr(module, name, function)
    for module in (ipywidgets, ipywidgets.widgets):
        module.interactive = interaction.interactive
