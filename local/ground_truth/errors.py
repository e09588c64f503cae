"""The errors that SageMaker answers with."""

from __future__ import annotations


class AwsError(Exception):
    """An error answer: `code` is its type (such as `ValidationException`), with its HTTP status."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str) -> AwsError:
    """Return the error for a request that breaks a rule."""
    return AwsError("ValidationException", message)


def in_use(message: str) -> AwsError:
    """Return the error for a name that is taken or a resource that others need."""
    return AwsError("ResourceInUse", message)


def conflict(message: str) -> AwsError:
    """Return the error for a change of what is being changed or in use."""
    return AwsError("ConflictException", message)


def not_found(message: str) -> AwsError:
    """Return the error for a labeling job that does not exist."""
    return AwsError("ResourceNotFound", message)


def too_many(message: str) -> AwsError:
    """Return the error for a quota that is used up."""
    return AwsError("ResourceLimitExceeded", message)
