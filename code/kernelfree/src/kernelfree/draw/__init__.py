"""Draw a matplotlib figure as a small tree of SVG elements that fits into a page."""
