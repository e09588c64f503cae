"""All that the doctor looks at, in the order in which things need each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from cli.aws.policies import expected_version
from cli.doctor import (
    bootstrap,
    bootstrap_policies,
    buckets,
    deploy_role,
    ground_truth_service,
    mails,
    quotas,
    workforce,
)
from cli.doctor.account import Account, identify, region_of_file, region_of_shell
from cli.doctor.computer import Computer
from cli.doctor.computer import looks as looks_at_computer
from cli.doctor.findings import Answer, Finding, Look, State, find, find_all
from ground_truth.config import Environment


def diagnose(
    computer: Computer,
    client: Callable[[str], Any],
    *,
    region: str | None,
    qualifier: Callable[[], str],
    environment: Environment | None,
) -> Iterator[Finding]:
    """Yield what is found on the computer, and in the account as far as there is one.

    `client` returns boto3's client of a service in `region`, which is the shell's where there is no
    environment. Nothing is written anywhere.
    """
    yield from find_all(looks_at_computer(computer))
    where = find(
        "Region",
        partial(region_of_file, environment) if environment else partial(region_of_shell, region),
    )
    yield where
    if where.state is not State.RIGHT or region is None:
        return
    accounts: list[Account | None] = []

    def look() -> Answer:
        answer, account = identify(client, region, qualifier, environment)
        accounts.append(account)
        return answer

    who = find("credentials", look)
    yield who
    if who.state is State.RIGHT and accounts[0] is not None:
        yield from find_all(_looks(accounts[0], environment))


def _looks(account: Account, environment: Environment | None) -> Iterator[tuple[str, Look]]:
    yield "CDK bootstrap", partial(bootstrap.check, account)
    yield "Ground Truth", partial(ground_truth_service.check, account)
    yield "workforce", partial(workforce.check, account, environment)
    yield "quota of jobs", partial(quotas.jobs, account, environment)
    if environment is None:
        return
    yield "quota of teams", partial(quotas.teams, account, environment)
    version = expected_version()
    yield "policies", partial(bootstrap_policies.check, account, environment, version)
    yield "deploy role", partial(deploy_role.check, account, environment)
    if environment.workforce.email_from is not None:
        yield "sender of mails", partial(mails.sender, account, environment)
        yield "SES", partial(mails.sandbox, account)
        yield "role for mails", partial(mails.linked_role, account)
    for name, is_shown in buckets.named_buckets(environment).items():
        yield f"bucket {name}", partial(buckets.bucket, account, name, is_shown=is_shown)
    for arn, where in buckets.named_keys(environment):
        yield f"key of {where}", partial(buckets.key, account, arn)
