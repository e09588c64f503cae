"""The layout of the buckets, and the lines of manifests: shared by functions and commands."""
