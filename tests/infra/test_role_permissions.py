"""No environment allows a role what the proof of least privilege has not tried."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ground_truth.config import Environment, load
from tests.environments import FILES
from tests.infra.synthesis import ROOT, Synthesis

_FILES = {file.stem: file for file in FILES}
_TRIED = ROOT / "tests" / "data" / "least-privilege" / "environments"
_OWN_FUNCTION = re.compile(r"Jobs.+(?=(Pre|Post)AnnotationPolicy)")
#: What a logical id ends with.
_HASH = 8

Synthesise = Callable[[Environment], Synthesis]


@pytest.fixture(scope="module")
def tried(synthesise: Synthesise) -> set[str]:
    """Return what tests/e2e/test_least_privilege.py takes away."""
    return {
        allowed
        for file in sorted(_TRIED.glob("*.yaml"))
        for allowed in _allowed(synthesise(load(file)))
    }


@pytest.mark.parametrize("name", _FILES)
def test_a_role_is_allowed_no_action_that_was_not_tried(
    synthesise: Synthesise, tried: set[str], name: str
) -> None:
    allowed = _allowed(synthesise(load(_FILES[name])))

    assert allowed
    assert allowed - tried == set()


def test_roles_have_no_policies_of_their_own(synthesise: Synthesise) -> None:
    synthesis = synthesise(load(_TRIED / "main.yaml"))

    for stack in synthesis.templates:
        assert synthesis.resources(stack, "AWS::IAM::Policy") == []
        for role in synthesis.resources(stack, "AWS::IAM::Role"):
            assert "Policies" not in role["Properties"]


def _allowed(synthesis: Synthesis) -> set[str]:
    """Return the actions of each policy; those of custom functions are alike."""
    return {
        f"{stack} {_OWN_FUNCTION.sub('Jobs', name[:-_HASH])}: {statement['Effect']} {action}"
        for stack, template in synthesis.templates.items()
        for name, policy in template.find_resources("AWS::IAM::ManagedPolicy").items()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in _listed(statement["Action"])
    }


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
