"""Exercises that answer: what is asked, what is replied, and the figure that asks it."""
