"""Make ``from ipywidgets import interact`` kernelfree's while a book is built, with no cell edited."""
