"""The workforce that is there, beside what the file wants: an account's Region has one."""

from __future__ import annotations

from typing import Any

from cli.doctor.account import Account
from cli.doctor.findings import Answer, ask, right, to_do
from ground_truth.config import Environment


def check(account: Account, environment: Environment | None) -> Answer:
    """Say whether the environment can make, adopt or share its workforce."""
    sagemaker = account.client("sagemaker")
    found = ask("sagemaker:ListWorkforces", sagemaker.list_workforces)["Workforces"]
    there = found[0] if found else None
    if environment is None:
        return right(_shown(there) if there else "none yet")
    if environment.workforce.mode in ("create", "oidc"):
        return _made(there, environment)
    return _given(there, environment)


def _made(there: Any, environment: Environment) -> Answer:
    mode = environment.workforce.mode
    if there is None:
        return right("none yet, so the deployment makes one")
    kind = "oidc" if "OidcConfig" in there else "create"
    if there["WorkforceName"] == environment.name and kind == mode:
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
