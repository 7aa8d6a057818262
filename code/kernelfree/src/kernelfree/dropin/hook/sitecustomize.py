# mypy: ignore-errors
"""Install kernelfree's drop-in as soon as ipywidgets is imported, in a kernel of a book with ``kernelfree_ipywidgets``.

Python imports it when it starts, from this folder on the kernels' path; another ``sitecustomize`` is run all the same.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))


class _AfterImport(importlib.abc.MetaPathFinder):
    """Has ipywidgets imported in the ordinary way, and then hands it to ``kernelfree.dropin.boxes``."""

    def find_spec(self, name, path=None, target=None):
        if name != "ipywidgets":
            return None
        sys.meta_path.remove(self)
        if spec := importlib.util.find_spec(name):
            self.execute, spec.loader.exec_module = spec.loader.exec_module, self.execute_and_install
        return spec

    def execute_and_install(self, module):
        self.execute(module)
        try:
            from kernelfree.dropin.boxes import install
        except ImportError as error:
            print(f"kernelfree: ipywidgets stays as it is in this kernel: {error}", file=sys.stderr)
        else:
            install(module)


if os.environ.get("KERNELFREE_IPYWIDGETS") == "1" and os.environ.get("KERNELFREE_BUILD"):
    sys.meta_path.insert(0, _AfterImport())

_paths = [path for path in sys.path if os.path.abspath(path or ".") != _here]
_other = importlib.machinery.PathFinder.find_spec("sitecustomize", _paths)
if _other is not None and _other.origin != __file__:
    _module = importlib.util.module_from_spec(_other)
    _other.loader.exec_module(_module)
