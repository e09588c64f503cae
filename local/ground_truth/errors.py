"""The errors that SageMaker answers with."""

from __future__ import annotations

from functools import partial
from typing import Final


class AwsError(Exception):
    """An error answer: `code` is its type (such as `ValidationException`), with its HTTP status."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


#: A request breaks a rule.
invalid: Final = partial(AwsError, "ValidationException")
#: A name is taken, or others need a resource.
in_use: Final = partial(AwsError, "ResourceInUse")
#: What should change is being changed, or in use.
conflict: Final = partial(AwsError, "ConflictException")
#: A labeling job does not exist.
not_found: Final = partial(AwsError, "ResourceNotFound")
#: A quota is used up.
too_many: Final = partial(AwsError, "ResourceLimitExceeded")
