"""Who labels, as constructs: the workforce, its teams and their workers."""
