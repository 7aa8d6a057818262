"""Deliver a figure from a cell's output to a page: payload, front-end modules, HTML, one-file export."""
