"""Says before a merge what it will do to each environment, and stops what would destroy."""
