"""Whether Ground Truth answers this account, or is closed to it."""

from __future__ import annotations

from botocore.exceptions import ClientError

from cli.doctor.account import Account
from cli.doctor.findings import Answer, NotAllowedError, code_of, is_denied, right, to_do

_ACTION = "sagemaker:ListLabelingJobs"


def check(account: Account) -> Answer:
    """Say whether labeling jobs can be listed at all.

    A closed account is not known by AWS's words: IAM names the action that it denies, and a bare
    listing has nothing in it that could be invalid
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
    """
    try:
        account.client("sagemaker").list_labeling_jobs(MaxResults=1)
    except ClientError as error:
        message = str(error.response["Error"].get("Message", ""))
        if is_denied(error) and _ACTION in message:
            raise NotAllowedError(_ACTION) from None
        if not is_denied(error) and code_of(error) != "ValidationException":
            raise
        return to_do(
            "take an account that used Ground Truth before 2026-07-30: it is closed to others;"
            f" AWS says {code_of(error)}: {message}"
        )
    return right(f"answers in {account.region}")
