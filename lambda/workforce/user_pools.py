"""Changes a user pool.

Cognito sets all that an Update leaves out to its default: all that is described is written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workforce.model import fitting

if TYPE_CHECKING:
    from workforce.clients import Clients


def describe(pool: str, aws: Clients) -> Mapping[str, Any]:
    """Return what Cognito knows of a pool."""
    described: Mapping[str, Any] = aws.cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    return described


def change(described: Mapping[str, Any], aws: Clients, **changes: Any) -> None:
    """Give a pool other values; all else stays as it was described."""
    desired = {
        **described,
        "UserPoolId": described["Id"],
        "PoolName": described["Name"],
        # CloudFormation's own tags are described, stay whatever is written, and are refused here.
        "UserPoolTags": {
            name: value
            for name, value in described.get("UserPoolTags", {}).items()
            if not name.startswith("aws:")
        },
        **changes,
    }
    if "TemporaryPasswordValidityDays" in described.get("Policies", {}).get("PasswordPolicy", {}):
        # Its predecessor is described beside it, and refused beside it.
        config = desired.get("AdminCreateUserConfig", {})
        desired["AdminCreateUserConfig"] = {
            name: value for name, value in config.items() if name != "UnusedAccountValidityDays"
        }
    shape = aws.cognito.meta.service_model.operation_model("UpdateUserPool").input_shape
    aws.cognito.update_user_pool(**fitting(desired, shape))
