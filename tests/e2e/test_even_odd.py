"""The even/odd example from nothing to labels and back, through the real CDK CLI."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ground_truth.config import load
from local.aws import ROOT
from local.cdk_cli import CdkError
from local.inventory import inventory
from local.walkthrough import read_labels, upload, who_labeled
from tests.e2e.answers import ask_while_deployed
from tests.e2e.course import Course, watching
from tests.e2e.people_places import documented, found_in, texts
from tests.e2e.target import Target, local_target, real_target
from tests.environments import SHIPPED, shipped
from tests.tree import copy_tree

_ATTRIBUTE = "even-odd"
#: What the names of operations begin with that change nothing.
_READING = ("Assume", "Describe", "Get", "Head", "List")


@dataclass(frozen=True, kw_only=True)
class Labeled:
    """An environment after its job has been labeled."""

    target: Target
    outputs: dict[str, str]
    status: str
    before: set[str]
    course: Course

    @property
    def job_name(self) -> str:
        """The labeling job's name."""
        return self.outputs["EvenOddJobName"]

    @property
    def manifest(self) -> str:
        """The URI of the output manifest."""
        return self.outputs["EvenOddOutputManifestUri"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run all tests in one Region, then in the next one, if there are some on the command line."""
    regions = metafunc.config.getoption("--region")
    if regions and "target" in metafunc.fixturenames:
        metafunc.parametrize("target", regions, indirect=True, scope="module")


@pytest.fixture(scope="module")
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("even-odd")
    region = getattr(request, "param", None)
    if request.config.getoption("--target") == "aws":
        with real_target(folder, request.config.getoption("--environment"), region) as real:
            yield real
        return
    if region is not None:
        with local_target(folder, load(SHIPPED / "local.yaml", region=region)) as elsewhere:
            yield elsewhere
        return
    tree = copy_tree(folder / "tree")
    with local_target(folder, shipped("local"), app=f"python {tree / 'app.py'}") as local:
        yield local


@pytest.fixture(scope="module")
def labeled(target: Target) -> Iterator[Labeled]:
    before = inventory(target.client)
    try:
        outputs = _deploy(target, "Data", "Workforce")
        upload(target.client("s3"), outputs["InputBucketName"])
        target.confirm_mails()
        with watching(target.client, f"{target.environment.name}-", target.pause) as course:
            outputs |= _deploy(target, "Labeling")
            status = target.label(outputs["EvenOddJobName"])
        yield Labeled(target=target, outputs=outputs, status=status, before=before, course=course)
    finally:
        # After a failure nothing may go on running, least of all in a real account.
        try:
            target.cdk.destroy()
        except CdkError as error:
            pytest.fail(f"something may go on running: {error}")


def _deploy(target: Target, *stacks: str) -> dict[str, str]:
    """Deploy; what is refused is an answer of AWS's too, in an account without Ground Truth."""
    try:
        return target.cdk.deploy(*stacks)
    except CdkError as error:
        _record(target, {f"refusal of {' and '.join(stacks)}": str(error)})
        raise


def _record(target: Target, answers: dict[str, object]) -> None:
    """Write answers to .local/, beside those of other Regions."""
    file = ROOT / ".local" / f"{target.name}-answers.json"
    file.parent.mkdir(exist_ok=True)
    known = json.loads(file.read_text()) if file.exists() else {}
    by_region = {**known, target.environment.region: answers}
    file.write_text(json.dumps(by_region, indent=2, default=str) + "\n")


def test_four_files_become_four_labels(labeled: Labeled) -> None:
    labels = read_labels(labeled.target.client("s3"), labeled.manifest, _ATTRIBUTE)

    assert labeled.status == "Completed"
    assert {line.object_key: (line.text, line.label) for line in labels} == {
        "Input/1.txt": ("42", "Even"),
        "Input/2.txt": ("19", "Odd"),
        "Input/3.txt": ("21", "Odd"),
        "Input/4.txt": ("8", "Even"),
    }


def test_the_outputs_say_what_was_labeled(labeled: Labeled) -> None:
    assert labeled.outputs["EvenOddObjectCount"] == "4"
    assert labeled.outputs["PortalUrl"].startswith("https://")
    assert labeled.manifest.endswith(f"/{labeled.job_name}/manifests/output/output.manifest")


def test_every_label_has_a_worker(labeled: Labeled) -> None:
    client = labeled.target.client
    workers = who_labeled(client("s3"), client("cognito-idp"), labeled.manifest)

    invited = {
        email
        for team in labeled.target.environment.workforce.teams.values()
        for email in team.emails
    }
    assert sorted(workers) == ["0", "1", "2", "3"]
    assert {email for emails in workers.values() for email in emails} <= invited


def test_of_people_there_is_nowhere_more_than_the_document_says(labeled: Labeled) -> None:
    client, environment = labeled.target.client, labeled.target.environment
    teams = environment.workforce.teams.values()
    emails = sorted({email for team in teams for email in team.addresses})
    pool = labeled.outputs["UserPoolId"]
    users = client("cognito-idp").list_users(UserPoolId=pool)["Users"]
    subs = [each["Value"] for user in users for each in user["Attributes"] if each["Name"] == "sub"]
    found: dict[str, set[str]] = {}

    for where, text in texts(client, environment.name, pool, ()):
        found.setdefault(where, set()).update(found_in(text, emails, subs))

    said = documented()
    assert {where: more for where in found if (more := found[where] - said[where])} == {}
    assert found["labels"] == {"sub"}
    groups = client("logs").describe_log_groups()["logGroups"]
    assert [each for each in groups if "Labeling" in each["logGroupName"]]


def test_aws_s_answers_are_recorded(labeled: Labeled) -> None:
    target, course = labeled.target, labeled.course
    answers = ask_while_deployed(
        target.client, target.environment, labeled.job_name, labeled.manifest
    )
    answers |= {
        "course of the job": course.states,
        "refusals meanwhile": course.refusals,
        "a worker has got the team's mail": target.heard_of_work(),
        "drift after a deployment": target.cdk.run("drift", f"{target.environment.name}/*"),
    }
    _record(target, answers)

    assert answers["describe of a job that does not exist"] != "accepted"
    assert answers["a second create of a name"] != "accepted"
    assert answers["a second create of a name in other capitals"] != "accepted"
    assert answers["a create with a role that does not exist"] != "accepted"
    assert _ATTRIBUTE in answers["a line of the output manifest"]
    assert "a worker by email, confirmed" in answers["subscriptions of the team's topic"]
    # Local AWS keeps no line of a function's log below a warning.
    assert target.name == "local" or len(answers["what the functions run on"]) == 1
    assert course.job_name == labeled.job_name
    assert course.states[-1]["status"] == "Completed"
    assert course.refusals == []


def test_a_second_deployment_changes_nothing(labeled: Labeled) -> None:
    target = labeled.target
    before = _writes(target.call_log) if target.call_log else []

    printed = target.cdk.run("deploy", f"{target.environment.name}/*", "--require-approval=never")

    assert printed.count("(no changes)") == 3
    assert (_writes(target.call_log) if target.call_log else []) == before
    assert before or target.call_log is None


def test_there_is_no_difference_to_what_is_deployed(labeled: Labeled) -> None:
    target = labeled.target
    cdk = replace(target.cdk, app=target.app or target.cdk.app)

    cdk.run("diff", f"{target.environment.name}/*", "--fail")


def test_destroy_leaves_nothing(labeled: Labeled) -> None:
    labeled.target.cdk.destroy()

    assert inventory(labeled.target.client) - labeled.before == set()


def _writes(call_log: Path) -> list[str]:
    """Return the calls of a local AWS that change something.

    The CDK command always clears away a change set that nobody has executed.
    """
    actions = [json.loads(line)["action"] for line in call_log.read_text().splitlines()]
    return [
        action
        for action in actions
        if not action.split(":", 1)[1].startswith(_READING)
        and action != "cloudformation:DeleteChangeSet"
    ]
