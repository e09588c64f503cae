"""The portal's URLs in the client, the invitation in the pool, and all else as it was."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError
from tests.unit.workforce.cognito_pools import CLIENT, PLACEHOLDER, POOL, client_settings
from tests.unit.workforce.workforce_aws import FakePeople
from tests.unit.workforce.workforce_events import create, delete, login_properties, update

_PORTAL = "https://dev0.labeling.us-east-1.sagemaker.aws"
_CALLBACK, _LOGOUT = f"{_PORTAL}/oauth2/idpresponse", f"{_PORTAL}/logout"
_OLD = "https://old0.labeling.us-east-1.sagemaker.aws"
_OTHERS = "https://app.example.com/signed-in"


@pytest.fixture
def aws() -> FakePeople:
    made = FakePeople()
    made.add_pool()
    made.add_workforce()
    return made


def _urls(aws: FakePeople) -> tuple[list[str], list[str]]:
    client = aws.clients[CLIENT]
    return client["CallbackURLs"], client["LogoutURLs"]


def test_the_client_gets_the_portal_s_urls_in_place_of_the_placeholder(aws: FakePeople) -> None:
    data = create(aws, "PortalLogin", login_properties())

    assert _urls(aws) == ([_CALLBACK], [_LOGOUT])
    assert data == {"PortalUrl": _PORTAL, "CallbackUrl": _CALLBACK, "LogoutUrl": _LOGOUT}


def test_nothing_else_of_the_client_changes(aws: FakePeople) -> None:
    create(aws, "PortalLogin", login_properties())

    assert aws.clients[CLIENT] == client_settings(CallbackURLs=[_CALLBACK], LogoutURLs=[_LOGOUT])


def test_nothing_but_the_invitation_of_the_pool_changes(aws: FakePeople) -> None:
    settings: dict[str, Any] = {
        "LambdaConfig": {"PreSignUp": f"arn:aws:lambda:us-east-1:{'1' * 12}:function:sign-up"},
        "UserPoolTags": {"team": "readers"},
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]
        },
    }
    aws.add_pool(**settings)
    aws.pools[POOL]["AdminCreateUserConfig"]["InviteMessageTemplate"] = {
        "SMSMessage": "{username} {####}",
        "EmailMessage": "{username} {####}",
        "EmailSubject": "old",
    }
    before = {**aws.pools[POOL], "AdminCreateUserConfig": None}

    create(aws, "PortalLogin", login_properties())

    after = aws.pools[POOL]
    assert {**after, "AdminCreateUserConfig": None} == before
    assert after["AdminCreateUserConfig"] == {
        "AllowAdminCreateUserOnly": True,
        "UnusedAccountValidityDays": 7,
        "InviteMessageTemplate": {
            "SMSMessage": "{username} {####}",
            "EmailMessage": f"{{username}} {{####}} at {_PORTAL}",
            "EmailSubject": "Label data",
        },
    }


def test_a_pool_that_is_not_ours_is_not_even_looked_at(aws: FakePeople) -> None:
    create(aws, "PortalLogin", login_properties(Invitation=None))

    assert aws.called("DescribeUserPool") == aws.called("UpdateUserPool") == []


def test_urls_that_others_have_put_there_stay(aws: FakePeople) -> None:
    aws.clients[CLIENT] |= {"CallbackURLs": [_OTHERS, PLACEHOLDER], "LogoutURLs": [_OTHERS]}

    create(aws, "PortalLogin", login_properties())

    assert _urls(aws) == ([_OTHERS, _CALLBACK], [_OTHERS, _LOGOUT])


def test_an_adopted_client_keeps_its_placeholder(aws: FakePeople) -> None:
    create(aws, "PortalLogin", login_properties(Keep="true"))

    assert _urls(aws) == ([PLACEHOLDER, _CALLBACK], [PLACEHOLDER, _LOGOUT])


def test_what_is_there_already_is_not_written_again(aws: FakePeople) -> None:
    create(aws, "PortalLogin", login_properties())
    aws.calls.clear()

    create(aws, "PortalLogin", login_properties())

    assert aws.writes() == []


def test_a_portal_with_a_new_address_takes_the_place_of_the_old_one(aws: FakePeople) -> None:
    aws.clients[CLIENT] |= {
        "CallbackURLs": [f"{_OLD}/oauth2/idpresponse", _OTHERS],
        "LogoutURLs": [f"{_OLD}/logout"],
    }
    before = login_properties(SubDomain="old0.labeling.us-east-1.sagemaker.aws")

    update(aws, "PortalLogin", login_properties(), before)

    assert _urls(aws) == ([_OTHERS, _CALLBACK], [_LOGOUT])


def test_an_adopted_client_keeps_the_urls_of_a_portal_that_has_moved(aws: FakePeople) -> None:
    old = "https://old0.labeling.us-east-1.sagemaker.aws"
    there = [f"{old}/oauth2/idpresponse"], [f"{old}/logout"]
    aws.clients[CLIENT] |= {"CallbackURLs": there[0], "LogoutURLs": there[1]}
    before = login_properties(SubDomain=old.removeprefix("https://"), Keep="true")

    update(aws, "PortalLogin", login_properties(Keep="true"), before)

    assert _urls(aws) == ([*there[0], _CALLBACK], [*there[1], _LOGOUT])


def test_a_default_redirect_stays_among_the_urls(aws: FakePeople) -> None:
    aws.clients[CLIENT]["DefaultRedirectURI"] = PLACEHOLDER

    create(aws, "PortalLogin", login_properties())

    assert aws.clients[CLIENT]["DefaultRedirectURI"] == _CALLBACK


def test_a_default_redirect_of_others_stays_as_it_is(aws: FakePeople) -> None:
    aws.clients[CLIENT] |= {"CallbackURLs": [PLACEHOLDER, _OTHERS], "DefaultRedirectURI": _OTHERS}

    create(aws, "PortalLogin", login_properties())

    assert aws.clients[CLIENT]["DefaultRedirectURI"] == _OTHERS


def test_an_address_that_is_late_is_waited_for(aws: FakePeople) -> None:
    aws.workforces["dev"]["Status"] = "Initializing"
    aws.ahead["dev"] = ["Initializing", "Updating", "Active"]
    aws.looks_without_address = 2

    data = create(aws, "PortalLogin", login_properties(SubDomain=""))

    assert data["PortalUrl"] == _PORTAL
    assert aws.time == 20


def test_an_address_that_never_comes_is_waited_for_in_vain(aws: FakePeople) -> None:
    aws.looks_without_address = 10_000

    with pytest.raises(CustomResourceError, match="workforce dev is still Active"):
        create(aws, "PortalLogin", login_properties())


@pytest.mark.parametrize(
    ("workforces", "words"),
    [({}, "got none of that name"), ({"Status": "Failed", "FailureReason": "x"}, "no portal: x")],
)
def test_a_workforce_that_has_no_portal_is_named(
    aws: FakePeople, workforces: dict[str, str], words: str
) -> None:
    aws.workforces.clear()
    if workforces:
        aws.add_workforce(**workforces, SubDomain="")

    with pytest.raises(CustomResourceError, match=words):
        create(aws, "PortalLogin", login_properties())


@pytest.mark.parametrize(
    "code",
    ["AccessDeniedException", "ConcurrentModificationException", "TooManyRequestsException"],
)
def test_what_passes_is_waited_for_and_all_is_read_again(aws: FakePeople, code: str) -> None:
    aws.refuse("UpdateUserPoolClient", code, "again", times=6)

    create(aws, "PortalLogin", login_properties())

    assert _urls(aws) == ([_CALLBACK], [_LOGOUT])
    assert len(aws.called("DescribeUserPoolClient")) > 1


def test_a_change_that_is_never_possible_is_given_up(aws: FakePeople) -> None:
    aws.refuse("UpdateUserPoolClient", "ConcurrentModificationException", "again", times=1000)

    with pytest.raises(ClientError, match="ConcurrentModificationException"):
        create(aws, "PortalLogin", login_properties())

    assert 160 < aws.time < 200


def test_a_delete_takes_its_own_urls_away(aws: FakePeople) -> None:
    create(aws, "PortalLogin", login_properties())
    aws.clients[CLIENT]["CallbackURLs"].insert(0, _OTHERS)

    delete(aws, "PortalLogin", login_properties())

    assert _urls(aws) == ([_OTHERS], [])


def test_a_delete_leaves_the_placeholder_where_no_url_is_left(aws: FakePeople) -> None:
    create(aws, "PortalLogin", login_properties())

    delete(aws, "PortalLogin", login_properties())

    assert _urls(aws) == ([PLACEHOLDER], [])


def test_an_adopted_client_keeps_its_urls_at_a_delete(aws: FakePeople) -> None:
    create(aws, "PortalLogin", login_properties(Keep="true"))
    aws.calls.clear()

    delete(aws, "PortalLogin", login_properties(Keep="true"))

    assert aws.calls == []


@pytest.mark.parametrize("gone", ["pools", "clients"])
def test_a_delete_without_pool_or_client_succeeds(aws: FakePeople, gone: str) -> None:
    getattr(aws, gone).clear()

    delete(aws, "PortalLogin", login_properties())

    assert aws.writes() == []


def test_a_delete_of_what_was_never_described_succeeds(aws: FakePeople) -> None:
    delete(aws, "PortalLogin", {})

    assert aws.calls == []
