"""Puts Ground Truth into MiniStack, which has no SageMaker: as a service and as resource types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.ground_truth.api.resource_types import Resource, Workforces, Workteams
from local.ground_truth.api.service import GroundTruth
from local.services.drift import add_reader
from local.services.iam import Rights
from local.services.internals import module


def install(ground_truth: GroundTruth, rights: Rights) -> None:
    """Add the service and its types."""

    async def handle(
        _method: str, _path: str, headers: Any, body: bytes, query: Any
    ) -> tuple[int, dict[str, str], bytes]:
        scope = rights.current_scope()
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        caller = rights.caller(scope, headers, query)
        status, answer = ground_truth.answer(scope, caller, operation, body)
        answer_headers = {"Content-Type": "application/x-amz-json-1.1"}
        if "__type" in answer:
            answer_headers["x-amzn-errortype"] = answer["__type"]
        return status, answer_headers, json.dumps(answer).encode()

    module("app").SERVICE_HANDLERS["sagemaker"] = handle
    rights.know_tags(
        "sagemaker", lambda: list(ground_truth.account(rights.current_scope()).tags.items())
    )
    _add_type("AWS::SageMaker::Workforce", Workforces(ground_truth), rights)
    _add_type("AWS::SageMaker::Workteam", Workteams(ground_truth), rights)


def _add_type(name: str, resource: Resource, rights: Rights) -> None:
    provisioners = module("services.cloudformation.provisioners")

    def create(logical_id: str, properties: Any, stack_name: str) -> Any:
        generated = provisioners._physical_name(stack_name, logical_id, max_len=63)
        tags = provisioners._tag_map(properties.get("Tags"))
        return resource.create(rights.current_scope(), generated, properties, tags)

    def update(physical_id: str, old: Any, new: Any, stack_name: str, logical_id: str) -> Any:
        changed = [name for name in resource.create_only if old.get(name) != new.get(name)]
        if changed:  # only a type that is deleted before it is created anew comes here
            delete(physical_id, old)
            return create(logical_id, new, stack_name)
        tags = [provisioners._tag_map(each.get("Tags")) for each in (old, new)]
        return resource.update(rights.current_scope(), physical_id, new, *tags)

    def delete(physical_id: str, _properties: Any) -> None:
        resource.delete(rights.current_scope(), physical_id)

    provisioners._RESOURCE_HANDLERS[name] = {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": delete,
    }
    add_reader(name, lambda physical_id, named: _read(resource, rights, physical_id, named))
    replacing = () if resource.delete_first else resource.create_only
    provisioners._REPLACING_PROPERTIES[name] = replacing
    provisioners._STACK_TAG_PROPERTY[name] = ("Tags", "list")


def _read(
    resource: Resource, rights: Rights, physical_id: str, named: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    found = resource.read(rights.current_scope(), physical_id)
    secret = named.get("OidcConfig", {}).get("ClientSecret")
    if found is None or secret is None or "OidcConfig" not in found:
        return found
    # The schema says that it is only written: nobody compares it.
    return {**found, "OidcConfig": {**found["OidcConfig"], "ClientSecret": secret}}
