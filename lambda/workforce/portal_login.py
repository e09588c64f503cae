"""`Custom::PortalLogin`: lets workers come back to the portal after they have signed in.

The portal's address is known only after the workforce exists, which needs the client first. So its
call-back and sign-out URLs, and the invitation with the address, are added afterwards. Cognito
resets all that an Update leaves out: everything is read, little is changed, everything is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError, code_of
from workforce import user_pools, workforces
from workforce.model import fitting
from workforce.pool_check import check_client

if TYPE_CHECKING:
    from workforce.clients import Clients
    from workforce.event import Event

#: What the template puts there, since Cognito wants a URL as long as a code grant is allowed.
_PLACEHOLDER: Final = "https://127.0.0.1"


def physical_id(event: Event) -> str:
    """Return another id for another client, so that the old one loses its URLs."""
    return f"{event.text('ClientId')}-portal-login"


def create(event: Event, aws: Clients) -> dict[str, str]:
    """Put the URLs into the client and the invitation into the pool."""
    pool, client = event.text("UserPoolId"), event.text("ClientId")
    name = event.text("WorkforceName")
    found = workforces.settled(name, aws)
    if found is None:
        raise CustomResourceError(
            f"expected workforce {name}, got none of that name; destroy the stack and deploy again"
        )
    if not found.get("SubDomain"):
        raise CustomResourceError(
            f"{workforces.shown(found)} has no portal: {workforces.failure(found)}"
        )
    said = ""
    if event.kind == "Create" and event.flag("Keep"):
        said = check_client(pool, client, aws)
    portal = f"https://{found['SubDomain']}"
    callback, logout = _urls(portal)
    # A client that is not ours keeps all that it has.
    old = () if event.flag("Keep") else (_PLACEHOLDER, *_urls_of(event.before))
    stale = [url for url in old if url not in (callback, logout)]
    _change_client(pool, client, (callback,), (logout,), stale, aws)
    _change_invitation(pool, event.properties.get("Invitation"), portal, aws)
    data = {"PortalUrl": portal, "CallbackUrl": callback, "LogoutUrl": logout}
    return {**data, "Summary": said} if said else data


#: Puts there again what CloudFormation has overwritten.
update = create


def delete(event: Event, aws: Clients) -> None:
    """Take the URLs away, unless they are to stay in a client that is not ours."""
    pool, client = event.properties.get("UserPoolId"), event.properties.get("ClientId")
    if event.flag("Keep") or not isinstance(pool, str) or not isinstance(client, str):
        return
    try:
        _change_client(pool, client, (), (), _urls_of(event.properties), aws)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        aws.log.info("client %s is gone already", client)


def _change_client(
    pool: str,
    client: str,
    callbacks: Iterable[str],
    logouts: Iterable[str],
    stale: Iterable[str],
    aws: Clients,
) -> None:
    """Merge URLs into the lists of a client, unless that would change nothing."""
    ids = {"UserPoolId": pool, "ClientId": client}
    described: Mapping[str, Any] = aws.cognito.describe_user_pool_client(**ids)["UserPoolClient"]
    urls = _merged(described.get("CallbackURLs", []), callbacks, stale) or [_PLACEHOLDER]
    desired = {
        **described,
        "CallbackURLs": urls,
        "LogoutURLs": _merged(described.get("LogoutURLs", []), logouts, stale),
    }
    if (
        described.get("DefaultRedirectURI", desired["CallbackURLs"][0])
        not in desired["CallbackURLs"]
    ):
        desired["DefaultRedirectURI"] = desired["CallbackURLs"][0]
    if all(desired[name] == described.get(name, []) for name in desired):
        aws.log.info("client %s has the portal's URLs and no others of ours", client)
        return
    shape = aws.cognito.meta.service_model.operation_model("UpdateUserPoolClient").input_shape
    aws.log.info("client %s gets %s", client, ", ".join(urls))
    aws.cognito.update_user_pool_client(**fitting(desired, shape))


def _change_invitation(pool: str, invitation: object, portal: str, aws: Clients) -> None:
    """Put the text that invited workers get into the pool, unless it is there or not ours."""
    if not isinstance(invitation, Mapping):
        return
    where = "ResourceProperties.Invitation"
    described = user_pools.describe(pool, aws)
    config = dict(described.get("AdminCreateUserConfig", {}))
    template = {
        **config.get("InviteMessageTemplate", {}),
        "EmailSubject": read.text(invitation, "Subject", where),
        "EmailMessage": read.text(invitation, "Body", where).replace("{portal}", portal),
    }
    if config.get("InviteMessageTemplate") == template:
        return
    config["InviteMessageTemplate"] = template
    aws.log.info("user pool %s gets the invitation to %s", pool, portal)
    user_pools.change(described, aws, AdminCreateUserConfig=config)


def _merged(there: list[str], desired: Iterable[str], stale: Iterable[str]) -> list[str]:
    """Return the URLs that are there without those that are stale, and with those wanted."""
    kept = [url for url in there if url not in stale]
    return [*kept, *(url for url in desired if url not in kept)]


def _urls(portal: str) -> tuple[str, str]:
    """Return where the portal takes workers who have signed in, and who have signed out."""
    return f"{portal}/oauth2/idpresponse", f"{portal}/logout"


def _urls_of(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the URLs that were put there for properties, if they say so."""
    sub_domain = properties.get("SubDomain")
    return _urls(f"https://{sub_domain}") if sub_domain else ()
