"""Workers of an own identity provider sign in to the local worker portal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.aws import LocalAws
from local.worker import Worker, WorkerError
from tests.e2e.identity_provider import IdentityProvider, identity_provider
from tests.e2e.people import wait_until_active


@dataclass(frozen=True, kw_only=True)
class World:
    """A workforce with its own provider, at which Ana has an account."""

    aws: LocalAws
    provider: IdentityProvider

    @property
    def sub_domain(self) -> str:
        """The portal's host."""
        workforces = self.aws.client("sagemaker").list_workforces()["Workforces"]
        name: str = workforces[0]["SubDomain"]
        return name

    def configure(self, **changes: str) -> None:
        """Change the workforce's OidcConfig."""
        sagemaker = self.aws.client("sagemaker")
        config = self.provider.config(**changes)
        sagemaker.update_workforce(WorkforceName="default", OidcConfig=config)
        wait_until_active(sagemaker)

    def ana(self) -> Worker:
        """Return a browser with Ana at it."""
        password = self.provider.passwords["ana"]
        return Worker(self.aws.mailbox, "ana", self.aws.ca_bundle, password=password)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with (
        LocalAws(tmp_path_factory.mktemp("local-aws"), delay=0.05) as aws,
        identity_provider(aws.state) as provider,
    ):
        sagemaker = aws.client("sagemaker")
        sagemaker.create_workforce(WorkforceName="default", OidcConfig=provider.config())
        wait_until_active(sagemaker)
        yield World(aws=aws, provider=provider)


@pytest.fixture
def world(started: World) -> World:
    """Give the workforce a provider at which nothing is wrong."""
    provider = started.provider
    provider.redirect_uris = {f"https://{started.sub_domain}/oauth2/idpresponse"}
    provider.passwords = {"ana": "Ana's password"}
    provider.claims = {"ana": _claims(provider)}
    provider.user_info = {}
    started.configure()
    return started


def _claims(provider: IdentityProvider, sign: str = ":") -> dict[str, Any]:
    return {
        f"sagemaker{sign}groups": ["readers"],
        f"sagemaker{sign}sub": "sub-of-ana",
        f"sagemaker{sign}client_id": provider.client_id,
        f"sagemaker{sign}name": "Ana",
    }


def test_a_worker_signs_in_at_the_provider_and_works_under_its_name(world: World) -> None:
    page = world.ana().sign_in()

    assert page.url == f"https://{world.sub_domain}/"
    assert "Ana" in page.text
    assert world.provider.asked["prompt"] == "login"
    assert world.provider.asked["response_type"] == "code"


@pytest.mark.parametrize("sign", [":", "-"])
def test_claims_may_come_from_the_userinfo_endpoint_in_either_spelling(
    world: World, sign: str
) -> None:
    world.provider.claims = {}
    world.provider.user_info = {"ana": _claims(world.provider, sign)}

    page = world.ana().sign_in()

    assert "Ana" in page.text


@pytest.mark.parametrize("lacking", ["groups", "sub", "client_id"])
def test_nobody_is_let_in_without_ground_truths_claims(world: World, lacking: str) -> None:
    del world.provider.claims["ana"][f"sagemaker:{lacking}"]

    with pytest.raises(WorkerError, match="should send the claims sagemaker:groups"):
        world.ana().sign_in()


@pytest.mark.parametrize(
    ("claim", "value"), [("iss", "https://example.com"), ("aud", "other"), ("nonce", "old")]
)
def test_a_token_that_was_made_for_something_else_is_refused(
    world: World, claim: str, value: str
) -> None:
    world.provider.claims["ana"][claim] = value

    with pytest.raises(WorkerError, match=f"the id token's {claim} should be"):
        world.ana().sign_in()


def test_a_wrong_secret_lets_nobody_in(world: World) -> None:
    world.configure(ClientSecret="wrong")

    with pytest.raises(WorkerError, match=r"/token answers 401: .*invalid_client"):
        world.ana().sign_in()


def test_a_portal_that_the_provider_does_not_know_lets_nobody_in(world: World) -> None:
    world.provider.redirect_uris = {"https://old.example.com/oauth2/idpresponse"}

    with pytest.raises(WorkerError, match="this redirect URI is not registered"):
        world.ana().sign_in()


def test_an_endpoint_that_nobody_serves_is_named(world: World) -> None:
    world.configure(TokenEndpoint="https://127.0.0.1:1/token")

    with pytest.raises(WorkerError, match=r"127\.0\.0\.1:1/token can't be asked"):
        world.ana().sign_in()


def test_signing_out_leads_to_the_provider(world: World) -> None:
    ana = world.ana()
    ana.sign_in()

    page = ana.sign_out()

    assert page.url.startswith(f"{world.provider.endpoint}/logout?")
    assert "signed out of the provider" in page.text
