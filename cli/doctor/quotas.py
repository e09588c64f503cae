"""Whether the account's quotas hold what the file wants."""

from __future__ import annotations

from typing import Any, Final

from botocore.exceptions import ClientError

from cli.doctor.account import Account
from cli.doctor.findings import Answer, ask, code_of, right, to_do
from dataset.names import prefix_of
from ground_truth.config import Environment

#: Service Quotas' code of "Maximum number of Ground Truth labeling jobs", which AWS had at 1 where
#: this was listed (gruntwork-io/terraform-aws-utilities, docs/quotas.md of 2024-02-10).
JOBS: Final = "L-150039CA"
#: Statuses of jobs that will not be at work again (botocore, LabelingJobStatus).
_ENDED: Final = frozenset({"Completed", "Failed", "Stopped"})
_SERVICE: Final = {"ServiceCode": "sagemaker"}
#: Work teams in an account's Region (botocore, CreateWorkteam).
_TEAMS: Final = 25


def jobs(account: Account, environment: Environment | None) -> Answer:
    """Say whether all jobs of the file can be at work at once, beside those that are.

    Those that have ended start again only if their file changes what they are made of.
    """
    quota = int(_quota(account)["Value"])
    if environment is None:
        return right(f"at most {quota} at work at once")
    own = {environment.job_name_prefix(key) for key in environment.jobs}
    others = [
        name for name in _runs(account, StatusEquals="InProgress") if _prefix(name) not in own
    ]
    open_ = own - _ended(account, environment)
    wanted = len(open_) + len(others)
    if wanted > quota:
        return to_do(
            f"ask for {wanted} in Service Quotas (sagemaker, {JOBS}), or take jobs out of the"
            f" file: at most {quota} can be at work at once, the file has {len(open_)} that"
            f" have not ended, of others there are {len(others)}"
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
    quotas, place = account.client("service-quotas"), {"QuotaCode": JOBS, **_SERVICE}
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


def _ended(account: Account, environment: Environment) -> set[str]:
    """Return what the names of jobs begin with that have run and are at work no more."""
    found: dict[str, set[str]] = {}
    for name, status in _runs(account, NameContains=f"{environment.name}-").items():
        found.setdefault(_prefix(name), set()).add(status)
    return {prefix for prefix, statuses in found.items() if statuses <= _ENDED}


def _prefix(name: str) -> str:
    """Return what the names of all runs of a job begin with; of others' jobs the name."""
    return prefix_of(name) or name


def _runs(account: Account, **which: str) -> dict[str, str]:
    """Return the names of labeling jobs with their statuses."""
    pages = account.client("sagemaker").get_paginator("list_labeling_jobs")
    return ask(
        "sagemaker:ListLabelingJobs",
        lambda: {
            job["LabelingJobName"]: job["LabelingJobStatus"]
            for page in pages.paginate(**which)
            for job in page["LabelingJobSummaryList"]
        },
    )
