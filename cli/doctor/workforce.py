"""The workforce that is there, beside what the file wants: an account's Region has one."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from cli.doctor.account import Account
from cli.doctor.findings import Answer, ask, code_of, right, to_do
from ground_truth.config import Environment


def check(account: Account, environment: Environment | None) -> Answer:
    """Say whether the environment can make, adopt or share its workforce."""
    sagemaker = account.client("sagemaker")
    found = ask("sagemaker:ListWorkforces", sagemaker.list_workforces)["Workforces"]
    there = found[0] if found else None
    if there is not None and (wrong := _not_working(account, there)) is not None:
        return wrong
    if environment is None:
        return right(_shown(there) if there else "none yet")
    if environment.workforce.mode in ("create", "oidc"):
        return _made(account, there, environment)
    return _given(there, environment)


def _not_working(account: Account, there: Any) -> Answer | None:
    """Say of a workforce that nobody can work with what to do about it."""
    # Older ones may have no status.
    if there.get("Status") == "Deleting":
        return to_do(f"wait until {_shown(there)} is gone: it is being deleted")
    command = (
        "`aws sagemaker delete-workforce --workforce-name"
        f" {there['WorkforceName']} --region {account.region}`"
    )
    if _is_pool_gone(account, there):
        return to_do(
            f"delete its work teams, then run {command}: {_shown(there)} is left over, its user"
            " pool is gone"
        )
    if there.get("Status") == "Failed":
        return to_do(
            f"mend the reason, or delete its work teams and run {command}: {_shown(there)} has"
            f" failed: {there.get('FailureReason', 'no reason is given')}"
        )
    return None


def _is_pool_gone(account: Account, there: Any) -> bool:
    ids = there.get("CognitoConfig")
    if ids is None:
        return False
    cognito, pool = account.client("cognito-idp"), ids["UserPool"]
    try:
        ask("cognito-idp:DescribeUserPool", lambda: cognito.describe_user_pool(UserPoolId=pool))
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return True
    return False


def _has_stack(account: Account, name: str) -> bool:
    formation = account.client("cloudformation")
    try:
        ask("cloudformation:DescribeStacks", lambda: formation.describe_stacks(StackName=name))
    except ClientError as error:
        # CloudFormation has no code of its own for a stack that is not there.
        if code_of(error) != "ValidationError":
            raise
        return False
    return True


def _made(account: Account, there: Any, environment: Environment) -> Answer:
    mode = environment.workforce.mode
    if there is None:
        return right("none yet, so the deployment makes one")
    kind = "oidc" if "OidcConfig" in there else "create"
    is_like_ours = there["WorkforceName"] == environment.name and kind == mode
    # Without its stack, it is of an environment of the same name that is no more.
    if is_like_ours and _has_stack(account, f"{environment.name}-Workforce"):
        return right(f"{_shown(there)}, made for this environment")
    return to_do(
        f"write `{_adopt(there)}` in place of `{mode}:`, or `shared_with:` and the environment that"
        f" made it; {_shown(there)} is there already, and an account's Region has one"
    )


def _given(there: Any, environment: Environment) -> Answer:
    adopted, owner = environment.workforce.adopt, environment.owner.name
    name = owner if adopted is None else adopted.workforce_name
    if there is None:
        return to_do(
            f"deploy {owner} first, which makes it: expected workforce {name}, got none"
            if adopted is None
            else f"write `create:` in place of `adopt:`: expected workforce {name}, got none"
        )
    fits = there["WorkforceName"] == name
    if adopted is not None:
        ids = there.get("CognitoConfig", {})
        fits = fits and (ids.get("UserPool"), ids.get("ClientId")) == (
            adopted.user_pool_id,
            adopted.client_id,
        )
    if fits:
        return right(f"{_shown(there)}, as the file names it")
    return to_do(f"write `{_adopt(there)}`: expected workforce {name}, got {_shown(there)}")


def _shown(there: Any) -> str:
    ids = there.get("CognitoConfig")
    with_ids = f"user pool {ids['UserPool']}, client {ids['ClientId']}" if ids else "OIDC"
    return f"workforce {there['WorkforceName']} ({with_ids})"


def _adopt(there: Any) -> str:
    """Return the line by which a file works with a workforce."""
    ids = there.get("CognitoConfig")
    more = f", user_pool_id: {ids['UserPool']}, client_id: {ids['ClientId']}" if ids else ""
    return f"adopt: {{workforce_name: {there['WorkforceName']}{more}}}"
