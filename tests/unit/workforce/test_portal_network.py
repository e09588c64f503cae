"""What a file restricts no more is lifted, and what somebody else restricts is not."""

from typing import Any

import pytest

from tests.unit.workforce.workforce_aws import NAME, FakePeople
from tests.unit.workforce.workforce_events import create, delete, event, login_properties, update
from workforce.resources import physical_id

_CIDRS = ["203.0.113.0/24"]
_VPC = {
    "VpcId": "vpc-0a1b2c3d",
    "SecurityGroupIds": ["sg-0a1b2c3d"],
    "Subnets": ["subnet-0a1b2c3d"],
}
_ENDPOINT = {"VpcEndpointId": "vpce-0a1b2c3d"}


def _aws(**network: Any) -> FakePeople:
    made = FakePeople()
    made.add_pool()
    made.add_workforce(**network)
    return made


def _properties(**restricted: Any) -> dict[str, Any]:
    return {"ServiceToken": "arn", "WorkforceName": NAME, **restricted}


@pytest.mark.parametrize(
    ("network", "restricted", "member"),
    [
        pytest.param(
            {"SourceIpConfig": {"Cidrs": _CIDRS}},
            {"Cidrs": _CIDRS},
            {"SourceIpConfig": {"Cidrs": []}},
            id="addresses",
        ),
        pytest.param(
            {"WorkforceVpcConfig": {**_VPC, **_ENDPOINT}},
            {"Vpc": _VPC},
            {"WorkforceVpcConfig": {}},
            id="network",
        ),
    ],
)
def test_what_the_template_has_no_more_is_lifted(
    network: dict[str, Any], restricted: dict[str, Any], member: dict[str, Any]
) -> None:
    aws = _aws(**network)

    delete(aws, "PortalNetwork", _properties(**restricted))

    assert aws.called("UpdateWorkforce") == [{"WorkforceName": NAME, **member}]
    assert not network.keys() & aws.workforces[NAME].keys()


def test_a_workforce_that_cloudformation_has_opened_already_is_left_alone() -> None:
    aws = _aws()

    delete(aws, "PortalNetwork", _properties(Cidrs=_CIDRS))

    assert aws.called("UpdateWorkforce") == []


def test_where_the_environment_ends_there_is_nothing_to_lift() -> None:
    aws = FakePeople()

    delete(aws, "PortalNetwork", _properties(Cidrs=_CIDRS))

    assert aws.called("UpdateWorkforce") == []


def test_a_restriction_of_another_kind_stays() -> None:
    aws = _aws(WorkforceVpcConfig={**_VPC, **_ENDPOINT})

    delete(aws, "PortalNetwork", _properties(Cidrs=_CIDRS))

    assert aws.workforces[NAME]["WorkforceVpcConfig"] == {**_VPC, **_ENDPOINT}


def test_the_login_changes_no_restriction_whoever_has_set_it() -> None:
    aws = _aws(SourceIpConfig={"Cidrs": _CIDRS})

    create(aws, "PortalLogin", login_properties())
    update(aws, "PortalLogin", login_properties(), login_properties(Cidrs=_CIDRS))

    assert aws.workforces[NAME]["SourceIpConfig"] == {"Cidrs": _CIDRS}


def test_other_addresses_are_cloudformation_s() -> None:
    aws = _aws(SourceIpConfig={"Cidrs": _CIDRS})
    before = _properties(Cidrs=["198.51.100.0/24"])

    update(aws, "PortalNetwork", _properties(Cidrs=_CIDRS), before)

    assert aws.called("UpdateWorkforce") == []


def test_another_kind_of_restriction_is_another_resource_so_that_the_old_one_is_lifted() -> None:
    by_addresses, by_other_addresses, by_network = (
        physical_id(event("Create", "PortalNetwork", _properties(**restricted)))
        for restricted in ({"Cidrs": _CIDRS}, {"Cidrs": ["198.51.100.0/24"]}, {"Vpc": _VPC})
    )

    assert by_addresses == by_other_addresses != by_network


def test_a_workforce_that_is_still_being_changed_is_waited_for() -> None:
    aws = _aws(SourceIpConfig={"Cidrs": _CIDRS})
    aws.ahead[NAME] = ["Updating", "Updating", "Active"]

    delete(aws, "PortalNetwork", _properties(Cidrs=_CIDRS))

    assert "SourceIpConfig" not in aws.workforces[NAME]
