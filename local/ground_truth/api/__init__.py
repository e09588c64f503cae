"""Ground Truth's operations, and the rules that requests must keep."""
