"""What can go wrong with labeling jobs, beside what can with all custom resources."""

from __future__ import annotations

import re
from typing import Final

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError, code_of, is_invalid, message_of

#: SageMaker answers a missing thing with either of two codes; ValidationException means many
#: other things too, hence the words.
_ABSENT_WORDS: Final = re.compile(r"not found|does not exist|cannot find", re.IGNORECASE)


class NothingToLabelError(CustomResourceError):
    """There is nothing to label, which some environments take for a success without a job."""

    def __init__(self, reason: str, *, left_out: int = 0) -> None:
        super().__init__(reason)
        #: How many objects or lines were left out.
        self.left_out = left_out


def is_absent(error: ClientError) -> bool:
    """Say whether a labeling job does not exist."""
    if code_of(error) == "ResourceNotFound":
        return True
    return is_invalid(error) and _ABSENT_WORDS.search(message_of(error)) is not None
