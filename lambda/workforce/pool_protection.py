"""`Custom::PoolProtection`: lets a first deployment that fails take its protected user pool back.

The pool can't be deleted as long as its deletion protection is on, and CloudFormation deletes this
resource before the pool. While the stack has never been deployed, there is nobody in the pool to
protect; at any other time the protection is CloudFormation's and people's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from custom_resource.errors import code_of
from workforce import user_pools
from workforce.rollback import is_first_rollback

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event


def physical_id(event: Event) -> str:
    """Return another id for another pool."""
    return f"{event.text('UserPoolId')}-protection"


def create(event: Event, aws: Clients) -> dict[str, str]:
    """Do nothing: the template has switched the protection on."""
    del event, aws
    return {}


update = create


def delete(event: Event, aws: Clients) -> None:
    """Switch the protection off, if the first deployment is taken back and never else."""
    pool = event.properties.get("UserPoolId")
    if not isinstance(pool, str) or not is_first_rollback(event.stack_id, aws):
        return
    try:
        described = user_pools.describe(pool, aws)
        aws.log.info("user pool %s may be deleted, since its first deployment has failed", pool)
        user_pools.change(described, aws, DeletionProtection="INACTIVE")
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        aws.log.info("user pool %s is gone already", pool)
