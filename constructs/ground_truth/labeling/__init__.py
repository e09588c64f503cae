"""Labeling jobs, their roles and their function as constructs."""
