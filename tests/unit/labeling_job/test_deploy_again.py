"""`Deploy again` is said only where that brings an event: an unchanged template brings none.

CloudFormation sends one after every event that has failed, since it has taken the change back.
After a success only a change sends one.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import FakeAws, event, input_properties

_LAMBDA: Final = Path(__file__).parents[3] / "lambda"
_WORDS: Final = "deploy again"
#: Where it is said, and in which event that has failed.
_PLACES: Final = {
    "custom_resource/responder.py _readable": "AWS that does not answer",
    "custom_resource/time_limit.py time_limit": "answers that drip until the time is over",
    "labeling_job/hints.py _elsewhere": "a bucket that S3 does not find yet",
    "labeling_job/hints.py _quota": "the refusal of a job",
    "labeling_job/job/beginning.py await_start": "a job that has not started",
    "labeling_job/job/desired_state.py __init__": "a Create or Update that was taken back",
    "labeling_job/job/failed.py": "a job that has failed to start",
    "labeling_job/manifest/reviewed_job.py again": "nothing to label; a success says more",
    "labeling_job/source/object_reader.py _read": "an object that is too large",
    "labeling_job/source/object_reader.py _unreadable": "an object that can't be read",
    "labeling_job/source/pages.py read_page": "a page of a listing that is too large",
    "labeling_job/source/signed_get.py _target": "a bucket that S3 does not find yet",
    "labeling_job/source/signed_get.py signed_get": "S3 that does not answer",
    "workforce/check.py _guard_the_one": "a workforce that is in the way",
    "workforce/email_sender.py _check_account": "an account in the sandbox of SES",
    "workforce/email_sender.py _check_declared": "an address that SES does not send from",
    "workforce/oidc_workforce.py _present": "a workforce that is gone",
    "workforce/pool_check.py check_client": "a client that signs nobody in",
    "workforce/portal_login.py create": "a workforce that is gone",
    "workforce/subscriptions.py _refuse_late": "an event that comes too late",
    "workforce/workers.py": "an event that comes too late",
}


def test_a_new_deployment_is_advised_only_where_it_brings_an_event() -> None:
    found = {
        place
        for path in sorted(_LAMBDA.rglob("*.py"))
        for place in _places(ast.parse(path.read_text()), path.relative_to(_LAMBDA).as_posix())
    }

    assert found == set(_PLACES)


def test_a_success_without_a_job_advises_a_higher_revision() -> None:
    summary = run(event("Create", input_properties(WhenEmpty="skip")), FakeAws().as_clients()).data[
        "Summary"
    ]

    assert summary.count(_WORDS) == summary.count(f"{_WORDS} with a higher revision") == 1


def _places(node: ast.AST, place: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield from _places(child, f"{place.partition(' ')[0]} {child.name}")
        elif _WORDS in _text(child):
            yield place
        else:
            yield from _places(child, place)


def _text(node: ast.AST) -> str:
    """Return what a text says, whatever is put into it."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value) for value in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ""
