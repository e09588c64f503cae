"""What can go wrong with labeling jobs, beside what can with all custom resources."""

from __future__ import annotations

from custom_resource.errors import CustomResourceError


class NothingToLabelError(CustomResourceError):
    """There is nothing to label, which some environments take for a success without a job."""

    def __init__(self, reason: str, *, left_out: int = 0) -> None:
        super().__init__(reason)
        #: How many objects or lines were left out.
        self.left_out = left_out
