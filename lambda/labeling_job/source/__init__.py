"""Which data objects there are, and which of them are chosen."""
