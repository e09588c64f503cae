"""The labeling job itself: written, started, guarded and stopped."""
