"""Data objects as lines of the input manifest."""
