"""Whether the role that CloudFormation deploys with may do what deploying needs."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from cli.doctor.account import Account
from cli.doctor.bootstrap_policies import Need, needed
from cli.doctor.findings import Answer, ask, code_of, right, to_do
from ground_truth.config import Environment

#: How many actions a line names.
_SHOWN: Final = 5


def check(account: Account, environment: Environment) -> Answer:
    """Ask IAM's simulation for every action that deploying needs.

    It knows the role's policies, its boundary and what the organization forbids
    (https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html).
    """
    name = f"cdk-{account.qualifier()}-cfn-exec-role-{account.number}-{account.region}"
    arn = f"arn:{account.partition}:iam::{account.number}:role/{name}"
    try:
        needs = needed(account, environment)
        lacking = sorted({each for need in needs for each in _refused(account, arn, need)})
    except ClientError as error:
        if code_of(error) != "NoSuchEntity":
            raise
        return to_do(f"run `npx cdk bootstrap`: there is no role {name}")
    if lacking:
        more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
        return to_do(
            "deploy bootstrap/policies.yaml again and bootstrap with it (docs/security.md), or see"
            f" what the organization denies: {name} may not do {', '.join(lacking[:_SHOWN])}{more}"
        )
    return right(f"{name} may do all that deploying needs")


def _refused(account: Account, role: str, need: Need) -> list[str]:
    pages = (
        account.client("iam")
        .get_paginator("simulate_principal_policy")
        .paginate(
            PolicySourceArn=role,
            ActionNames=list(need.actions),
            ResourceArns=[need.resource],
            ContextEntries=[
                {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}
                for name, value in need.context.items()
            ],
        )
    )
    results = ask(
        "iam:SimulatePrincipalPolicy",
        lambda: [each for page in pages for each in page["EvaluationResults"]],
    )
    return [each["EvalActionName"] for each in results if each["EvalDecision"] != "allowed"]
