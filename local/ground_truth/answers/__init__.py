"""Tasks, answers and how answers become labels."""
