"""Composition: an environment file becomes stacks."""
