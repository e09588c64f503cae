"""Whether a deployment can work: what this computer has, and what the account says."""
