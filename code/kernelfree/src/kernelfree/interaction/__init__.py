"""Provide ``interact`` and the controls that it shows, with a kernel behind the page or with none."""
