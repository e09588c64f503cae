"""What is described becomes a request, whatever botocore knows of both."""

from typing import Any

from tests.unit.workforce.workforce_aws import FakePeople
from workforce.model import fitting


def _shape(operation: str) -> Any:
    client = FakePeople().as_clients().cognito
    return client.meta.service_model.operation_model(operation).input_shape


def test_members_that_can_not_be_sent_are_left_out_at_any_depth() -> None:
    described = {
        "UserPoolId": "p",
        "ClientId": "c",
        "ClientSecret": "s",
        "CreationDate": 1,
        "TokenValidityUnits": {"IdToken": "hours", "New": "x"},
        "CallbackURLs": ["u"],
    }

    assert fitting(described, _shape("UpdateUserPoolClient")) == {
        "UserPoolId": "p",
        "ClientId": "c",
        "TokenValidityUnits": {"IdToken": "hours"},
        "CallbackURLs": ["u"],
    }


def test_lists_of_structures_and_maps_are_kept() -> None:
    described = {
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "n", "X": 1}]},
        "UserPoolTags": {"any": "tag"},
    }

    assert fitting(described, _shape("UpdateUserPool")) == {
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "n"}]},
        "UserPoolTags": {"any": "tag"},
    }


def test_all_that_a_client_is_described_with_but_three_members_can_be_sent() -> None:
    model = FakePeople().as_clients().cognito.meta.service_model
    described: Any = model.operation_model("DescribeUserPoolClient").output_shape

    members = described.members["UserPoolClient"].members

    sendable = _shape("UpdateUserPoolClient").members
    assert members.keys() - sendable.keys() == {"ClientSecret", "CreationDate", "LastModifiedDate"}
