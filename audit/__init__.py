"""What auditing tools find in the templates, and which of it stands, with the reason."""
