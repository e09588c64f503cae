"""Looks at the one private workforce that an account has in a Region, and at its work teams."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError, may_mean_absent

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import WorkforceTypeDef

    from workforce.clients import Clients

#: Seconds for a workforce to be made, changed or deleted, and between two looks at it.
_WAIT: Final = 600.0
_PAUSE: Final = 5.0


def the_one(aws: Clients) -> WorkforceTypeDef | None:
    """Return the workforce of the account and Region, whatever its name."""
    found = aws.sagemaker.list_workforces()["Workforces"]
    return found[0] if found else None


def find(name: str, aws: Clients) -> WorkforceTypeDef | None:
    """Return the workforce of this name, or None, as the list of workforces says."""
    try:
        return aws.sagemaker.describe_workforce(WorkforceName=name)["Workforce"]
    except ClientError as error:
        if not may_mean_absent(error):
            raise
    pages = aws.sagemaker.get_paginator("list_workforces").paginate(NameContains=name)
    found = [each for page in pages for each in page["Workforces"]]
    return next((each for each in found if each["WorkforceName"].lower() == name.lower()), None)


def settled(name: str, aws: Clients) -> WorkforceTypeDef | None:
    """Return the workforce of this name when it is Active and its portal has an address.

    One that has Failed is returned as well; None if there is none, or no longer. Raises
    CustomResourceError if that takes too long.
    """
    return await_change(lambda: find(name, aws), _is_settled, aws)


def await_change(
    look: Callable[[], WorkforceTypeDef | None],
    is_enough: Callable[[WorkforceTypeDef], bool],
    aws: Clients,
) -> WorkforceTypeDef | None:
    """Look again until there is none, or until it is enough; see `settled`."""
    until = min(aws.clock.now() + _WAIT, aws.clock.deadline)
    while True:
        found = look()
        if found is None or is_enough(found):
            return found
        name, status = found["WorkforceName"], status_of(found)
        if aws.clock.now() + _PAUSE > until:
            raise CustomResourceError(
                f"workforce {name} is still {status} after {_WAIT / 60:.0f} minutes, look at it in "
                "the SageMaker console and run the command again"
            )
        aws.log.info("workforce %s is %s, waiting", name, status)
        aws.clock.sleep(_PAUSE)


def status_of(found: WorkforceTypeDef) -> str:
    """Return the status; older workforces may have none."""
    return found.get("Status", "Active")


def failure(found: WorkforceTypeDef) -> str:
    """Return why a workforce has failed."""
    return found.get("FailureReason", f"it is {status_of(found)} and no reason is given")


def team_names(aws: Clients) -> list[str]:
    """Return the names of all private work teams, which belong to the one workforce."""
    pages = aws.sagemaker.get_paginator("list_workteams").paginate()
    return [team["WorkteamName"] for page in pages for team in page["Workteams"]]


def has_team(name: str, aws: Clients) -> bool:
    """Say whether a work team is listed; how SageMaker refuses one that is gone is not known."""
    pages = aws.sagemaker.get_paginator("list_workteams").paginate(NameContains=name)
    names = (team["WorkteamName"] for page in pages for team in page["Workteams"])
    return name.lower() in (each.lower() for each in names)


def shown(found: WorkforceTypeDef) -> str:
    """Return a workforce with the ids that an environment file names it by."""
    if ids := found.get("CognitoConfig"):
        return (
            f"workforce {found['WorkforceName']} (user pool {ids['UserPool']}, "
            f"client {ids['ClientId']})"
        )
    return f"workforce {found['WorkforceName']} (OIDC, {found['OidcConfig'].get('Issuer')})"


def adopt_line(found: WorkforceTypeDef) -> str:
    """Return the line of an environment file that takes a workforce."""
    ids = {"workforce_name": found["WorkforceName"]}
    if cognito := found.get("CognitoConfig"):
        ids |= {"user_pool_id": cognito["UserPool"], "client_id": cognito["ClientId"]}
    return f"adopt: {{{', '.join(f'{name}: {value}' for name, value in ids.items())}}}"


def _is_settled(found: WorkforceTypeDef) -> bool:
    status = status_of(found)
    return status == "Failed" or (status == "Active" and bool(found.get("SubDomain")))
