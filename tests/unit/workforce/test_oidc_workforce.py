"""A workforce with its own identity provider, whose secret nobody is shown."""

import json
import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError
from tests.unit.workforce.workforce_aws import SECRET, FakePeople
from tests.unit.workforce.workforce_events import OIDC, create, delete, oidc_properties, update

_VPC = {"VpcId": "vpc-1", "SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
_OTHER = {**OIDC, "Issuer": "https://other.example.com"}


@pytest.fixture
def aws() -> FakePeople:
    return FakePeople()


def test_a_workforce_is_made_and_waited_for(aws: FakePeople) -> None:
    aws.course = ("Initializing", "Initializing", "Active")

    data = create(aws, "OidcWorkforce", oidc_properties(Cidrs=["203.0.113.0/24"]))

    (sent,) = aws.called("CreateWorkforce")
    assert sent == {
        "WorkforceName": "dev",
        "OidcConfig": {**OIDC, "ClientSecret": "a-secret~1.2"},
        "SourceIpConfig": {"Cidrs": ["203.0.113.0/24"]},
    }
    assert data == {
        "SubDomain": "dev0.labeling.us-east-1.sagemaker.aws",
        "WorkforceArn": "arn:aws:sagemaker:us-east-1:111122223333:workforce/dev",
    }


def test_the_secret_may_be_a_member_of_an_object(aws: FakePeople) -> None:
    aws.secrets[SECRET] = json.dumps({"client_secret": "in-an-object", "client_id": "x"})

    create(aws, "OidcWorkforce", oidc_properties())

    assert aws.oidc_secret == "in-an-object"  # noqa: S105  # nobody's


@pytest.mark.parametrize("text", ["", '{"secret": "hidden-words"}', '{"client_secret": 7}'])
def test_a_secret_of_another_form_is_refused_and_not_shown(aws: FakePeople, text: str) -> None:
    aws.secrets[SECRET] = text

    with pytest.raises(CustomResourceError) as raised:
        create(aws, "OidcWorkforce", oidc_properties())

    assert str(raised.value) == (
        f"expected a text, or a JSON object with a member client_secret, in secret {SECRET}"
    )


def test_the_secret_is_not_logged(aws: FakePeople, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    create(aws, "OidcWorkforce", oidc_properties())

    assert caplog.text
    assert "a-secret" not in caplog.text


def test_a_workforce_that_an_interrupted_run_has_made_is_found(aws: FakePeople) -> None:
    create(aws, "OidcWorkforce", oidc_properties())

    data = create(aws, "OidcWorkforce", oidc_properties())

    assert data["SubDomain"]
    assert len(aws.called("CreateWorkforce")) == 1


def test_a_workforce_that_another_run_makes_at_the_same_time_is_found(aws: FakePeople) -> None:
    make = aws._create_workforce

    def made_twice(parameters: dict[str, Any]) -> dict[str, Any]:
        make(parameters)
        return make(parameters)

    aws._create_workforce = made_twice  # type: ignore[method-assign]

    assert create(aws, "OidcWorkforce", oidc_properties())["SubDomain"]


def test_a_workforce_of_another_configuration_is_not_taken(aws: FakePeople) -> None:
    aws.add_workforce(OidcConfig=_OTHER)

    with pytest.raises(CustomResourceError, match="has another configuration; to work with it"):
        create(aws, "OidcWorkforce", oidc_properties())

    assert aws.writes() == []


def test_a_workforce_of_another_name_is_in_the_way(aws: FakePeople) -> None:
    aws.add_workforce("default")

    with pytest.raises(ClientError, match="more than one workforce"):
        create(aws, "OidcWorkforce", oidc_properties())


def test_a_workforce_that_fails_gives_its_reason(aws: FakePeople) -> None:
    aws.course = ("Initializing", "Failed")

    with pytest.raises(CustomResourceError, match="workforce dev has failed: it is Failed"):
        create(aws, "OidcWorkforce", oidc_properties())


@pytest.mark.parametrize(
    ("before", "changes", "sent"),
    [
        ({}, {"Cidrs": ["203.0.113.0/24"]}, {"SourceIpConfig": {"Cidrs": ["203.0.113.0/24"]}}),
        ({"Cidrs": ["203.0.113.0/24"]}, {"Vpc": _VPC}, {"WorkforceVpcConfig": _VPC}),
        ({"Vpc": _VPC}, {}, {}),
    ],
)
def test_the_network_is_changed_while_teams_are_at_work(
    aws: FakePeople, before: dict[str, Any], changes: dict[str, Any], sent: dict[str, Any]
) -> None:
    create(aws, "OidcWorkforce", oidc_properties(**before))
    aws.add_team("dev-readers")

    update(aws, "OidcWorkforce", oidc_properties(**changes), oidc_properties(**before))

    assert len(aws.called("UpdateWorkforce")) == 1
    workforce = aws.workforces["dev"]
    network = {name: workforce[name] for name in sent}
    assert network == sent
    assert {"SourceIpConfig", "WorkforceVpcConfig"} & workforce.keys() == sent.keys()


def test_only_the_part_of_the_network_that_changes_is_sent(aws: FakePeople) -> None:
    create(aws, "OidcWorkforce", oidc_properties(Cidrs=["203.0.113.0/24"]))
    before = oidc_properties(Cidrs=["203.0.113.0/24"])

    update(aws, "OidcWorkforce", oidc_properties(Cidrs=["10.0.0.0/8"]), before)

    assert aws.called("UpdateWorkforce") == [
        {"WorkforceName": "dev", "SourceIpConfig": {"Cidrs": ["10.0.0.0/8"]}}
    ]


def test_a_description_of_the_endpoint_in_the_vpc_is_no_change(aws: FakePeople) -> None:
    create(aws, "OidcWorkforce", oidc_properties(Vpc=_VPC))
    aws.workforces["dev"]["WorkforceVpcConfig"] = {**_VPC, "VpcEndpointId": "vpce-1"}

    update(aws, "OidcWorkforce", oidc_properties(Vpc=_VPC), oidc_properties(Vpc=_VPC))

    assert aws.called("UpdateWorkforce") == []


@pytest.mark.parametrize("changes", [{"Oidc": _OTHER}, {"ClientSecretArn": f"{SECRET}2"}])
def test_the_provider_is_changed_while_there_is_no_team(
    aws: FakePeople, changes: dict[str, Any]
) -> None:
    create(aws, "OidcWorkforce", oidc_properties())
    aws.secrets[f"{SECRET}2"] = "another"

    update(aws, "OidcWorkforce", oidc_properties(**changes), oidc_properties())

    assert aws.workforces["dev"]["OidcConfig"] == changes.get("Oidc", OIDC)
    assert aws.oidc_secret == ("another" if "ClientSecretArn" in changes else "a-secret~1.2")


@pytest.mark.parametrize("changes", [{"Oidc": _OTHER}, {"ClientSecretArn": f"{SECRET}2"}])
def test_the_provider_of_teams_at_work_is_not_changed(
    aws: FakePeople, changes: dict[str, Any]
) -> None:
    create(aws, "OidcWorkforce", oidc_properties())
    aws.add_team("dev-readers")
    aws.calls.clear()

    with pytest.raises(CustomResourceError, match="while work teams dev-readers are in it"):
        update(
            aws,
            "OidcWorkforce",
            oidc_properties(**changes, Cidrs=["10.0.0.0/8"]),
            oidc_properties(),
        )

    assert aws.writes() == []


def test_a_refused_change_of_the_provider_can_be_taken_back(aws: FakePeople) -> None:
    create(aws, "OidcWorkforce", oidc_properties())
    aws.add_team("dev-readers")
    aws.stack_status = "UPDATE_ROLLBACK_IN_PROGRESS"
    refused = oidc_properties(ClientSecretArn=f"{SECRET}2", Oidc=_OTHER)

    assert update(aws, "OidcWorkforce", oidc_properties(), refused)["SubDomain"]
    assert aws.called("UpdateWorkforce") == []


def test_a_workforce_that_somebody_has_deleted_is_named(aws: FakePeople) -> None:
    with pytest.raises(CustomResourceError, match="workforce dev is gone"):
        update(aws, "OidcWorkforce", oidc_properties(), oidc_properties())


def test_a_delete_waits_until_the_workforce_is_gone(aws: FakePeople) -> None:
    create(aws, "OidcWorkforce", oidc_properties())
    aws.end_course = ("Deleting",) * 4

    delete(aws, "OidcWorkforce", oidc_properties())

    assert aws.workforces == {}


def test_a_delete_waits_for_a_workforce_that_is_still_being_made(aws: FakePeople) -> None:
    aws.add_workforce(OidcConfig=dict(OIDC), Status="Initializing")
    aws.ahead["dev"] = ["Initializing", "Active"]

    delete(aws, "OidcWorkforce", oidc_properties())

    assert aws.workforces == {}


@pytest.mark.parametrize("props", [oidc_properties(), {}])
def test_a_delete_of_a_missing_workforce_succeeds(aws: FakePeople, props: dict[str, Any]) -> None:
    delete(aws, "OidcWorkforce", props)

    assert aws.writes() == []


@pytest.mark.parametrize("settings", [{"OidcConfig": _OTHER}, {}])
def test_a_delete_leaves_a_workforce_alone_that_is_not_ours(
    aws: FakePeople, settings: dict[str, Any]
) -> None:
    aws.add_workforce(**settings)

    delete(aws, "OidcWorkforce", oidc_properties())

    assert "dev" in aws.workforces


def test_a_delete_of_a_workforce_in_use_fails_with_the_teams(aws: FakePeople) -> None:
    create(aws, "OidcWorkforce", oidc_properties())
    aws.add_team("prod-readers")

    with pytest.raises(CustomResourceError, match="while work teams prod-readers are in it"):
        delete(aws, "OidcWorkforce", oidc_properties())


def test_a_conflicting_change_is_made_again(aws: FakePeople) -> None:
    create(aws, "OidcWorkforce", oidc_properties())
    aws.refuse("UpdateWorkforce", "ConflictException", "busy", times=2)

    update(aws, "OidcWorkforce", oidc_properties(Cidrs=["10.0.0.0/8"]), oidc_properties())

    assert aws.workforces["dev"]["SourceIpConfig"] == {"Cidrs": ["10.0.0.0/8"]}
