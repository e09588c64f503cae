"""Sections are made in Python by the same rules as in a file."""

from collections.abc import Callable

import pytest

from ground_truth.config.auto_label import AutoLabel
from ground_truth.config.input import Input
from ground_truth.config.labels import Instructions, Label
from ground_truth.config.section import Section
from ground_truth.config.workforce import Create, Network, Oidc, PasswordPolicy, Vpc

_VPC = Vpc(id="vpc-0a1b2c3d", subnets=("subnet-0a1b2c3d",), security_groups=("sg-0a1b2c3d",))


def test_a_section_is_made_of_keywords_and_has_its_defaults() -> None:
    create = Create(
        organization="Example Labs",
        support_email="Labeling@Example.com",
        password_policy=PasswordPolicy(minimum_length=20),
    )

    assert Label(name="Even").attributes == ()
    assert (create.support_email, create.mfa) == ("labeling@example.com", "off")


def test_what_only_a_file_knows_is_not_asked_for() -> None:
    provider = Oidc(
        client_id="ground-truth~1",
        client_secret="arn:aws:secretsmanager:eu-west-1:111122223333:secret:labeling-a1B2c3",  # noqa: S106  # its ARN
        issuer="https://id.example.com",
        authorization_endpoint="https://id.example.com/authorize",
        token_endpoint="https://id.example.com/token",  # noqa: S106  # an address
        user_info_endpoint="https://id.example.com/userinfo",
        logout_endpoint="https://id.example.com/logout",
        jwks_uri="https://id.example.com/keys",
        vpc=_VPC,
    )

    assert provider.vpc == _VPC


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: AutoLabel(subnets=("subnet-1",)), "expected `subnets` and `security_groups`"),
        (lambda: Input(prefix="Input"), "expected a prefix such as Input/"),
        (lambda: Instructions(short=" "), "expected some text"),
        (
            lambda: Network(vpc=_VPC, allowed_cidrs=("203.0.113.0/24",)),
            "expected either vpc or allowed_cidrs, got both",
        ),
        (lambda: PasswordPolicy(minimum_length=7), "expected a length of 8 to 99 characters"),
    ],
)
def test_a_section_that_breaks_a_rule_is_a_value_error(
    make: Callable[[], Section], problem: str
) -> None:
    with pytest.raises(ValueError, match="1 validation error for") as raised:
        make()

    assert problem in str(raised.value)
