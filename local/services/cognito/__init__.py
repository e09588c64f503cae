"""Cognito's user pools, and their login pages."""
