"""The commands of the project, and what only they use."""
