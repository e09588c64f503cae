"""Buckets and keys as constructs."""
