"""Lists of people as leads have them, and the list of an environment that is kept outside."""
