"""Make ``from ipywidgets import interact`` kernelfree's while a book is built, with no cell edited.

``hook/sitecustomize.py`` runs when the kernel's Python starts and waits for the import of ipywidgets; ``install.py``
then replaces ``interact`` and its family there; ``boxes.py`` serves ``interactive`` and ``interactive_output``, whose
controls authors arrange in boxes.
"""
