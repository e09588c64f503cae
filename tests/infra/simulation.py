"""What bootstrap/policies.yaml allows, asked request by request.

MiniStack's evaluation of policies answers, which nobody here has written; it has no network and
no state then.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from cli.aws.policy_documents import Parameters, Place, documents

ACCOUNT: Final = "111122223333"
REGION: Final = "us-east-1"
PLACE: Final = Place(account=ACCOUNT, region=REGION)
BOUNDARY: Final = "Boundary"


@dataclass(frozen=True, kw_only=True)
class Request:
    """An action on a resource, and what IAM knows of both."""

    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)


class Policies:
    """The policies of an environment as they are deployed with parameters."""

    def __init__(self, **parameters: str | list[str]) -> None:
        given: Parameters = {"Environment": "dev", **parameters}
        #: By name, the statements.
        self.documents = documents(given, PLACE)
        parse = _evaluator().parse_policy_document
        self._parsed = {
            name: parse({"Statement": [dict(each) for each in statements]})
            for name, statements in self.documents.items()
        }

    def let_deploy(self, request: Request) -> bool:
        """Say whether CloudFormation's role may do something."""
        deploying = [each for name, each in self._parsed.items() if name != BOUNDARY]
        return _is_allowed(request, deploying)

    def let_roles(self, request: Request) -> bool:
        """Say whether a deployed role may, if its own policies allow everything."""
        return _is_allowed(request, [self._parsed[BOUNDARY]])


def _is_allowed(request: Request, policies: list[Any]) -> bool:
    evaluator = _evaluator()
    context = {key.lower(): value for key, value in request.context.items()}
    asked = evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/any/any",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=request.action,
        resource_arn=request.resource,
        region=REGION,
        service_context={"aws:tagkeys": None, **context},
    )
    return bool(evaluator.evaluate(asked, policies).decision == "Allow")


@cache
def _evaluator() -> Any:
    return importlib.import_module("ministack.core.iam_evaluator")
