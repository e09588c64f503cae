"""Ground Truth on this computer: what its documents say, without its machine learning."""
