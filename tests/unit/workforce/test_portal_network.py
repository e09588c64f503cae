"""What a file restricts no more is lifted, and what somebody else restricts is not."""

from typing import Any

import pytest

from tests.unit.workforce.workforce_aws import NAME, FakePeople
from tests.unit.workforce.workforce_events import create, login_properties, update

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


@pytest.mark.parametrize(
    ("network", "before", "member"),
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
def test_what_the_properties_have_no_more_is_lifted(
    network: dict[str, Any], before: dict[str, Any], member: dict[str, Any]
) -> None:
    aws = _aws(**network)

    update(aws, "PortalLogin", login_properties(), login_properties(**before))

    assert aws.called("UpdateWorkforce") == [{"WorkforceName": NAME, **member}]
    assert not network.keys() & aws.workforces[NAME].keys()


def test_a_workforce_that_cloudformation_has_opened_already_is_left_alone() -> None:
    aws = _aws()

    update(aws, "PortalLogin", login_properties(), login_properties(Cidrs=_CIDRS, Vpc=_VPC))

    assert aws.called("UpdateWorkforce") == []


def test_a_restriction_that_no_file_has_had_stays() -> None:
    aws = _aws(SourceIpConfig={"Cidrs": _CIDRS})

    create(aws, "PortalLogin", login_properties())
    update(aws, "PortalLogin", login_properties(Teams=[]), login_properties())

    assert aws.workforces[NAME]["SourceIpConfig"] == {"Cidrs": _CIDRS}


def test_a_workforce_that_is_not_ours_is_never_opened() -> None:
    aws = _aws(SourceIpConfig={"Cidrs": _CIDRS})

    update(aws, "PortalLogin", login_properties(Keep="true"), login_properties(Cidrs=_CIDRS))

    assert aws.called("UpdateWorkforce") == []


def test_a_restriction_that_is_another_one_now_is_cloudformation_s() -> None:
    aws = _aws(SourceIpConfig={"Cidrs": _CIDRS})
    before = login_properties(Cidrs=["198.51.100.0/24"])

    update(aws, "PortalLogin", login_properties(Cidrs=_CIDRS), before)

    assert aws.called("UpdateWorkforce") == []


def test_a_workforce_that_is_still_being_changed_is_waited_for() -> None:
    aws = _aws(SourceIpConfig={"Cidrs": _CIDRS})
    aws.ahead[NAME] = ["Updating", "Updating", "Active"]

    update(aws, "PortalLogin", login_properties(), login_properties(Cidrs=_CIDRS))

    assert "SourceIpConfig" not in aws.workforces[NAME]
