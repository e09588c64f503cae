"""What the rest of a stack needs to know of a workforce, wherever it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct, IDependable


@dataclass(frozen=True, kw_only=True)
class PoolClient:
    """The user pool that workers sign in to, and the portal's client of it."""

    user_pool_id: str
    client_id: str


@dataclass(frozen=True, kw_only=True)
class WorkforceReference:
    """A private workforce: made, adopted or shared.

    There is one per account and Region, bound for life to one user pool and one client of it
    (botocore: CreateWorkforce).
    """

    name: str
    #: The host of the worker portal. It changes when the workforce is made anew.
    sub_domain: str
    #: None where people sign in at another identity provider.
    pool_client: PoolClient | None
    #: What comes before anything is written to the user pool.
    checked: IDependable
    #: What must be there before teams are.
    ready: Construct
