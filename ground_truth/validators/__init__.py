"""Rules of the service: one function each, with its source."""
