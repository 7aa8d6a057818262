"""Run ``draw()`` once for each combination of values, and record what it shows."""
