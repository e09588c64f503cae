"""What local CloudFormation compares of Cognito and SageMaker is what their schemas let it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from local.services.drift import COMPARED


def _schema(kind: str) -> dict[str, Any]:
    """Return a type's schema as AWS publishes it, of the copies that cfn-lint has."""
    folder = files("cfnlint") / "data" / "schemas"
    index = json.loads((folder / "providers" / "us-east-1.json").read_text())
    schema: dict[str, Any] = json.loads((folder / "resources" / f"{index[kind]}.json").read_text())
    return schema


@pytest.mark.parametrize("kind", COMPARED)
def test_a_type_is_compared_by_all_that_can_be_read_and_written(kind: str) -> None:
    schema = _schema(kind)
    left_out = {
        pointer.removeprefix("/properties/")
        for name in ("readOnlyProperties", "writeOnlyProperties")
        for pointer in schema.get(name, ())
    }

    assert "read" in schema["handlers"]
    assert set(COMPARED[kind]) == schema["properties"].keys() - left_out


def test_the_one_part_of_a_property_that_can_t_be_read_is_the_secret_of_oidc() -> None:
    parts = {
        pointer
        for kind in COMPARED
        for pointer in _schema(kind).get("writeOnlyProperties", ())
        if pointer.count("/") > 2
    }

    assert parts == {"/properties/OidcConfig/ClientSecret"}
