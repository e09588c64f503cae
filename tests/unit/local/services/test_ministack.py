"""Fails first when MiniStack moves an internal that local AWS uses."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from local import services
from local.services.internals import announce

_REFUSAL: Final = ("resource_type", "old_props", "new_props", "physical_id")
_TAGS: Final = ("resource_type", "props", "stack_tags", "stack_name", "stack_id", "logical_id")
#: Module → name → the parameters of a function, or None for data.
_INTERNALS: Final[Mapping[str, Mapping[str, tuple[str, ...] | None]]] = {
    "app": {
        "app": ("scope", "receive", "send"),
        "detect_service": ("method", "path", "headers", "query_params"),
        "SERVICE_HANDLERS": None,
        "AUTH": None,
    },
    "core.responses": {
        "request_scope": ("account_id", "region"),
        "get_account_id": (),
        "get_region": (),
        "error_response_json": (
            "code",
            "message",
            "status",
            "extra",
            "message_key",
            "content_type",
        ),
    },
    "core.router": {
        "extract_access_key_id": ("headers", "query_params"),
        "_is_aws_service_name": ("scope_name",),
    },
    "core.iam_evaluator": {
        "enforce": (
            "access_key_id",
            "iam_action",
            "service",
            "region",
            "resource_arn",
            "service_context",
        ),
        "evaluate": ("ctx", "policies", "limits"),
        "evaluate_resource_policy": ("doc", "ctx", "service", "named_only", "direct_only"),
        "combine_resource_policy": (
            "identity",
            "ctx",
            "policy",
            "owner_account",
            "required",
            "limits",
        ),
        "_gather_role_policies": ("role_name", "account_id"),
        "_permissions_boundary": ("store", "name", "account_id"),
        "_resource_policy": ("service", "resource_arn"),
        "_POLICY_REQUIRED": None,
        "_names_condition_key": ("policies", "prefix"),
        "_fnmatch_compile": ("pattern", "ignore_case"),
        "resolve_principal": ("access_key_id", "account_id", "credential"),
        "_request_origin": None,
    },
    "core.iam_actions": {
        "identity_denial_message": ("action", "principal_arn", "resource", "explicit_deny"),
        "extract_iam_action": ("service", "method", "path", "headers", "body", "query_params"),
        "s3_additional_checks": ("method", "path", "headers", "body", "query_params"),
    },
    "services.iam": {
        "_roles": None,
        "_access_keys": None,
        "_gen_session_access_key": (),
        "_gen_secret": (),
        "_gen_session_token": (),
    },
    "services.tagging": {"_RESOURCE_TAG_COLLECTORS": None, "resource_tags": ("arn",)},
    "services.sts": {"register_session": ("access_key", "session"), "_sessions": None},
    "core.lambda_runtime": {"execution_credentials": ("config",)},
    "services.lambda_svc": {
        "_get_func_record_for_ref": ("function_ref",),
        "execution_credentials": ("config",),
    },
    "services.s3": {
        "_bucket_owner_account": ("name",),
        "_buckets": None,
        "_bucket_tags": None,
        "_bucket_cors": None,
        "_cors_rules": ("bucket_name",),
        "_put_bucket_cors": ("name", "body"),
        "_get_public_access_block": ("name",),
        "_get_object": ("bucket_name", "key", "headers", "query_params"),
        "_head_object": ("bucket_name", "key", "headers", "query_params"),
        "_put_object": ("bucket_name", "key", "body", "headers"),
        "_put_bucket_encryption": ("name", "body"),
        "_delete_bucket": ("name",),
        "_delete_bucket_encryption": ("name",),
        "_resolve_sse_write_headers": ("headers", "bucket_name"),
    },
    "services.kms": {"_resolve_key": ("key_id_or_arn",)},
    "services.sns": {
        "_topics": None,
        "_topic_by_arn_any_scope": ("topic_arn",),
        "_p": ("params", "key", "default"),
        "_subscribe": ("params",),
        "_unsubscribe": ("params",),
        "_confirm_subscription": ("params",),
        "_get_subscription_attributes": ("params",),
        "_error": ("code", "message", "status"),
        "_xml": ("status", "root_tag", "inner"),
        "_list_subscriptions": ("params",),
        "_list_subscriptions_by_topic": ("params",),
        "_matches_filter_policy": ("sub", "message_attributes", "message"),
        "_resolve_message_for_protocol": ("message", "message_structure", "protocol"),
        "_fanout": (
            "topic_arn",
            "msg_id",
            "message",
            "subject",
            "message_structure",
            "message_attributes",
            "message_group_id",
            "message_dedup_id",
        ),
        "publish_internal": (
            "topic_arn",
            "message",
            "subject",
            "message_structure",
            "message_attributes",
            "message_group_id",
            "message_deduplication_id",
        ),
    },
    "services.eventbridge": {
        "_put_events": ("data", "allow_aws_source"),
        "_invoke_target": ("target", "event", "rule", "view"),
        "_apply_input_transformer": ("transformer", "rule", "view"),
    },
    "services.cognito": {
        "_user_pools": None,
        "_EMAIL_OTP_CODE": None,
        "_attr_list_to_dict": ("attrs",),
        "_resolve_user": ("pool", "username"),
        "_pool_out": ("pool",),
        "_authenticate_hosted_ui_user": ("pool", "username", "password"),
        "_user_out": ("user",),
        "_deliver_invitation_email": ("pool", "username", "attr_dict", "subject", "body"),
        **dict.fromkeys(
            (
                "_admin_add_user_to_group",
                "_admin_create_user",
                "_admin_delete_user",
                "_admin_disable_user",
                "_admin_remove_user_from_group",
                "_create_user_pool",
                "_create_user_pool_client",
                "_delete_group",
                "_delete_user_pool",
                "_describe_user_pool_client",
                "_describe_user_pool_domain",
                "_list_users",
                "_list_users_in_group",
                "_update_user_pool",
                "_update_user_pool_client",
            ),
            ("data",),
        ),
    },
    "services.ses": {
        "_sent_emails": None,
        "_identities": None,
        "send_internal_email": (
            "source",
            "to_addrs",
            "subject",
            "body_text",
            "body_html",
            "type_name",
            "config_set",
            "extra",
        ),
    },
    "services.ses_v2": {
        "_identities": None,
        "_account_details": None,
        "_resource_arn": ("kind", "name"),
        "handle_request": ("method", "path", "headers", "body", "query_params"),
    },
    "services.cloudformation.drift": {"_DRIFT_READERS": None},
    "services.cloudformation.handlers": {
        "_ACTION_HANDLERS": None,
        "_p": ("params", "key", "default"),
    },
    "services.cloudformation.engine": {"_evaluate_conditions": ("template", "params")},
    "services.cloudformation.stacks": {
        "_provision_resource": ("resource_type", "logical_id", "props", "stack_name"),
        "_update_resource": (
            "resource_type",
            "physical_id",
            "old_props",
            "new_props",
            "stack_name",
            "logical_id",
            "old_attrs",
        ),
        "_delete_resource": (
            "resource_type",
            "physical_id",
            "props",
            "stack_name",
            "logical_id",
        ),
        "_custom_named_replacement_error": _REFUSAL,
        "_with_stack_tags": _TAGS,
    },
    "services.cloudformation.provisioners": {
        "_with_stack_tags": _TAGS,
        "_custom_named_replacement_error": _REFUSAL,
        "_RESOURCE_HANDLERS": None,
        "_REPLACING_PROPERTIES": None,
        "_STACK_TAG_PROPERTY": None,
        "_physical_name": ("stack_name", "logical_id", "lowercase", "max_len", "seeded"),
        "_tag_map": ("tags",),
        "_COGNITO_USER_POOL_UPDATABLE": None,
        "_COGNITO_USER_POOL_CLIENT_UPDATABLE": None,
    },
}

_USED = [
    (module, name, parameters)
    for module, names in _INTERNALS.items()
    for name, parameters in names.items()
]


@pytest.mark.parametrize(("module", "name", "parameters"), _USED)
def test_an_internal_of_ministack_is_where_and_as_it_was(
    module: str, name: str, parameters: tuple[str, ...] | None
) -> None:
    owner = importlib.import_module(f"ministack.{module}")

    assert hasattr(owner, name), f"MiniStack has no {module}.{name} any more; see local/services"
    if parameters is not None:
        now = tuple(inspect.signature(getattr(owner, name)).parameters)
        assert now == parameters, f"{module}.{name} takes {now} now; see local/services"


def test_no_other_internal_of_ministack_is_used() -> None:
    files = Path(services.__file__).parent.rglob("*.py")
    source = "".join(file.read_text() for file in files)
    owners = (
        "actions|evaluator|provisioners|stacks|requests|cognito|s3|iam|kms|lambda|ses|ses_v2|sns|sts|events"
        "|roles|responses|router|tagging|engine"
    )
    used = set(
        re.findall(rf"(?<![\w-])(?<!local.services.)_?(?:{owners})\.(?!amazonaws)(\w+)", source)
    )

    listed = {name for names in _INTERNALS.values() for name in names}

    assert used - listed == {"AuthError", "EvalContext"}


def test_the_question_put_to_iam_has_the_fields_that_are_filled_in() -> None:
    evaluator = importlib.import_module("ministack.core.iam_evaluator")

    fields = set(inspect.signature(evaluator.EvalContext).parameters)

    assert fields >= {
        "principal_arn",
        "principal_type",
        "principal_account",
        "action",
        "resource_arn",
        "region",
        "service_context",
    }
    assert set(inspect.signature(evaluator.EvalResult).parameters) >= {"decision", "principal_arn"}


def test_ministack_still_lacks_what_is_added_and_has_what_is_patched() -> None:
    app = importlib.import_module("ministack.app")
    provisioners = importlib.import_module("ministack.services.cloudformation.provisioners")

    assert not {"sagemaker", "servicequotas"} & app.SERVICE_HANDLERS.keys()
    for added in ("SageMaker::Workteam", "SageMaker::Workforce", "Cognito::UserPoolUser"):
        assert f"AWS::{added}" not in provisioners._RESOURCE_HANDLERS
    assert {"create", "delete", "update"} <= provisioners._RESOURCE_HANDLERS[
        "AWS::S3::Bucket"
    ].keys()
    assert "AWS::S3::Bucket" not in provisioners._STACK_TAG_PROPERTY


@pytest.mark.parametrize("added", ["sagemaker", "servicequotas"])
def test_a_call_of_what_is_added_is_known_without_reading_all_of_botocore(
    monkeypatch: pytest.MonkeyPatch, added: str
) -> None:
    router = importlib.import_module("ministack.core.router")
    monkeypatch.setattr(router, "_is_aws_service_name", router._is_aws_service_name)
    monkeypatch.setattr(router, "_KNOWN_AWS_SERVICE_NAMES", None)
    scope = f"Credential=test/20261031/us-east-1/{added}/aws4_request"
    headers = {"authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}

    announce("sagemaker", "servicequotas")
    service = router.detect_service("POST", "/", headers, {})

    assert service == added
    assert router._KNOWN_AWS_SERVICE_NAMES is None
