"""Cognito's resources as drift detection reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from local.services.drift import add_reader
from local.services.internals import module


def compare_cognito() -> None:
    """Let CloudFormation compare pools, clients, domains and groups."""
    cognito = module("services.cognito")

    def pool(physical_id: str, named: Mapping[str, Any]) -> Mapping[str, Any] | None:
        record = cognito._user_pools.get(physical_id)
        if record is None:
            return None
        found = cognito._pool_out(record)
        schema = list(_attributes(found.get("SchemaAttributes", []), named.get("Schema", [])))
        return {"UserPoolTags": {}, **found, "UserPoolName": found["Name"], "Schema": schema}

    def client(physical_id: str, named: Mapping[str, Any]) -> Mapping[str, Any] | None:
        ids = {"UserPoolId": named["UserPoolId"], "ClientId": physical_id}
        status, _, body = cognito._describe_user_pool_client(ids)
        if status != 200:
            return None
        found = json.loads(body)["UserPoolClient"]
        return {**found, "GenerateSecret": "ClientSecret" in found}

    def domain(physical_id: str, _named: Mapping[str, Any]) -> Mapping[str, Any] | None:
        _, _, body = cognito._describe_user_pool_domain({"Domain": physical_id})
        return json.loads(body)["DomainDescription"] or None

    def group(physical_id: str, named: Mapping[str, Any]) -> Mapping[str, Any] | None:
        record = cognito._user_pools.get(named["UserPoolId"]) or {}
        found: Mapping[str, Any] | None = record.get("_groups", {}).get(physical_id)
        return found

    add_reader("AWS::Cognito::UserPool", pool)
    add_reader("AWS::Cognito::UserPoolClient", client)
    add_reader("AWS::Cognito::UserPoolDomain", domain)
    add_reader("AWS::Cognito::UserPoolGroup", group)


def _attributes(
    found: list[dict[str, Any]], named: list[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield the attributes that a template names: each pool has Cognito's own besides."""
    for each in named:
        for attribute in found:
            if attribute["Name"] in (each["Name"], f"custom:{each['Name']}"):
                yield {
                    name: each["Name"] if name == "Name" else attribute.get(name) for name in each
                }
