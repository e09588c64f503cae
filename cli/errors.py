"""What goes wrong without being a fault of this code."""

from __future__ import annotations


class CommandError(Exception):
    """Something that the person at the keyboard can fix; the message says how."""
