"""Whether the account's quotas hold what the file wants."""

from __future__ import annotations

from typing import Any, Final

from botocore.exceptions import ClientError

from cli.doctor.account import Account
from cli.doctor.findings import Answer, ask, code_of, right, to_do
from ground_truth.config import Environment

#: Service Quotas' code of "Maximum number of Ground Truth labeling jobs", which AWS had at 1 where
#: this was listed (gruntwork-io/terraform-aws-utilities, docs/quotas.md of 2024-02-10).
_JOBS: Final = "L-150039CA"
_SERVICE: Final = {"ServiceCode": "sagemaker"}
#: Work teams in an account's Region (botocore, CreateWorkteam).
_TEAMS: Final = 25


def jobs(account: Account, environment: Environment | None) -> Answer:
    """Say whether all jobs of the file can be at work at once, beside those that are."""
    quota = int(_quota(account)["Value"])
    if environment is None:
        return right(f"at most {quota} at work at once")
    others = [
        name
        for name in _at_work(account)
        if not any(
            name.startswith(f"{environment.job_name_prefix(key)}-") for key in environment.jobs
        )
    ]
    wanted = len(environment.jobs) + len(others)
    if wanted > quota:
        return to_do(
            f"ask for {wanted} in Service Quotas (sagemaker, {_JOBS}), or take jobs out of the"
            f" file: at most {quota} can be at work at once, the file has {len(environment.jobs)},"
            f" of others there are {len(others)}"
        )
    return right(f"at most {quota} at work at once, {wanted} with those of the file")


def teams(account: Account, environment: Environment) -> Answer:
    """Say whether there is room for the work teams of the file."""
    pages = account.client("sagemaker").get_paginator("list_workteams").paginate()
    there = ask(
        "sagemaker:ListWorkteams",
        lambda: {team["WorkteamName"] for page in pages for team in page["Workteams"]},
    )
    wanted = there | {environment.team_name(key) for key in environment.workforce.teams}
    if len(wanted) > _TEAMS:
        return to_do(
            f"delete work teams, or take some out of the file: an account's Region has {_TEAMS} at"
            f" most, {len(there)} are there, with those of the file {len(wanted)}"
        )
    return right(f"at most {_TEAMS}, {len(wanted)} with those of the file")


def _quota(account: Account) -> Any:
    """Return the account's own quota, or the default, where nobody has asked for another."""
    quotas, place = account.client("service-quotas"), {"QuotaCode": _JOBS, **_SERVICE}
    try:
        found = ask("servicequotas:GetServiceQuota", lambda: quotas.get_service_quota(**place))
    except ClientError as error:
        if code_of(error) != "NoSuchResourceException":
            raise
        found = ask(
            "servicequotas:GetAWSDefaultServiceQuota",
            lambda: quotas.get_aws_default_service_quota(**place),
        )
    return found["Quota"]


def _at_work(account: Account) -> list[str]:
    pages = account.client("sagemaker").get_paginator("list_labeling_jobs")
    return ask(
        "sagemaker:ListLabelingJobs",
        lambda: [
            job["LabelingJobName"]
            for page in pages.paginate(StatusEquals="InProgress")
            for job in page["LabelingJobSummaryList"]
        ],
    )
