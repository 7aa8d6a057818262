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


class _AfterImport(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports ipywidgets in the ordinary way, and then hands it to ``kernelfree.dropin.boxes``."""

    def find_spec(self, name, path=None, target=None):
        if name != "ipywidgets":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None:
            return None
        self.loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
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
