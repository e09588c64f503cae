"""Where things stand in the output bucket, and what labels are: for functions and for commands."""
