"""A plan's lines, as a person reads them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from cli.plan import text
from cli.plan.assembly import AssembledEnvironment
from cli.plan.counts import Counts
from cli.plan.environment_plan import EnvironmentPlan, plan_environment
from cli.plan.people_lines import people_lines
from tests.unit.cli.plan.plan_templates import environment, job, resource

_COUNTS = Counts({"dev": {"even-odd": {"objects": 212, "labeled": 130}}})


def _plan(
    before: AssembledEnvironment, after: AssembledEnvironment, counts: Counts = _COUNTS
) -> EnvironmentPlan:
    return plan_environment(
        before, after, counts=counts, approvals={}, today=date(2026, 12, 1), differences={}
    )


def _job(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, counts: Counts = _COUNTS
) -> str:
    """Return the line of a job, given what is special about it before and after."""
    old, new = (
        environment(Labeling={} if special is None else {"Job": job(**special)})
        for special in (before, after)
    )
    (line,) = text.lines(_plan(old, new, counts))
    return line.text


def _labels(*names: str) -> dict[str, Any]:
    return {"Files__LabelCategories": {"labels": [{"label": name} for name in names]}}


_CONFIG = "Request__HumanTaskConfig__"
_ARN = "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/b"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_labels("Even", "Odd", "Zero"), "label 'Zero' added"),
        (_labels("Even"), "label 'Odd' removed"),
        (_labels("One", "Two"), "labels 'Even', 'Odd' removed, labels 'One', 'Two' added"),
        (
            _labels("Odd", "Even"),
            "labels in another order, class numbers are others than in earlier runs: 'Odd' 1 → 0,"
            " 'Even' 0 → 1; go by the names",
        ),
        (
            _labels("Zero", "Even", "Odd"),
            "label 'Zero' added, class numbers are others than in earlier runs: 'Even' 0 → 1, 'Odd'"
            " 1 → 2; go by the names",
        ),
        (
            {
                "Files__LabelCategories": {
                    "labels": [{"label": "Even", "shortDisplayName": "E"}, {"label": "Odd"}]
                }
            },
            "label 'Even' changed",
        ),
        ({"Revision": 2}, "revision 1 → 2"),
        ({"Input__Prefix": "Other/"}, "input Input/ → Other/"),
        ({"Input__Sample": 50}, "sample: 50"),
        ({"Input__Split": "line"}, "split: line"),
        (
            {"Files__WorkerTemplate": "<p>Look at the last digit.</p>\n<p>Twice.</p>\n"},
            "instructions: +1 -0 lines of what workers read",
        ),
        ({f"{_CONFIG}TaskTitle": "Odd or even?"}, "title 'Even or odd?' → 'Odd or even?'"),
        ({f"{_CONFIG}TaskTitle": "t" * 90}, "title changed"),
        ({f"{_CONFIG}WorkteamArn": _ARN}, "team a → b"),
        ({f"{_CONFIG}TaskTimeLimitInSeconds": 3600}, "task time limit 5 minutes → 1 hour"),
        ({f"{_CONFIG}TaskTimeLimitInSeconds": 90}, "task time limit 5 minutes → 90 seconds"),
        (
            {
                f"{_CONFIG}PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:1:function:PRE-"
                "VerificationBoundingBox"
            },
            "task text-classification → verification bounding-box",
        ),
        ({"Input__Extensions": [".csv"], "Input__Split": "column"}, "split: column"),
        ({"Input__Extensions": [".wav"]}, 'data: [".wav"]'),
        ({"Request__Unheard": "of"}, "Request.Unheard: of"),
    ],
)
def test_a_new_run_says_what_is_new_about_it(change: Mapping[str, Any], expected: str) -> None:
    text = _job({}, change)

    assert text.startswith(f"{expected} → new run over what is not labeled yet")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"OnChange": "fail"}, "on_change replace → fail"),
        ({"Relabel": True}, "relabel false → true"),
        ({"Tags": [{"Key": "cost-center", "Value": "a"}]}, "tag cost-center: a"),
    ],
)
def test_a_change_in_place_starts_nothing(change: Mapping[str, Any], expected: str) -> None:
    assert _job({}, change) == expected


def test_a_new_run_says_how_many_objects_it_has_where_the_running_one_stops_and_the_price() -> None:
    assert _job({}, {"Revision": 2}) == (
        "revision 1 → 2 → new run over what is not labeled yet, 82 objects as counted"
        " (at most 6.56 USD, unconfirmed); the running one is stopped at 61 % (130 of 212 objects);"
        " its labels are kept"
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({}, {"Revision": 2}, "yet, 82 objects as counted", id="a count"),
        pytest.param({}, {"Input__Limit": 50}, "at most 50 objects", id="a limit"),
        pytest.param({}, {"Input__Sample": "500"}, "at most 500 objects", id="a sample"),
        pytest.param(
            {"Input__Sample": 70},
            {"Input__Sample": 70, "Revision": 2},
            "at most 70 objects",
            id="a sample that is less than the count",
        ),
        pytest.param(
            {},
            {"Relabel": True, "Revision": 2},
            "again (`relabel: true`); the running one",
            id="all again",
        ),
        pytest.param(
            {},
            {"Request__LabelAttributeName": "parity"},
            "again (nothing has a label under 'parity' yet); the running one",
            id="another label attribute",
        ),
    ],
)
def test_the_number_of_objects_is_what_the_file_and_the_counts_allow(
    before: Mapping[str, Any], after: Mapping[str, Any], expected: str
) -> None:
    assert expected in _job(before, after)


def test_of_a_moved_input_nobody_knows_the_number() -> None:
    assert "yet; the running one" in _job({}, {"Input__Prefix": "Other/"})


def test_without_counts_the_price_is_not_known() -> None:
    before = environment(Labeling={"Job": job()})
    after = environment(Labeling={"Job": job(Revision=2)})

    cost = text.cost(_plan(before, after, Counts()))

    assert cost is not None
    assert cost.startswith("price of the new runs: not known before the objects are counted")


def test_a_run_that_must_not_replace_says_that_the_deployment_is_refused() -> None:
    assert _job({}, {"Revision": 2, "OnChange": "fail"}).endswith(
        "; refused while the current run is at work (`on_change: fail`)"
    )


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        (True, "a running job is stopped at 61 % (130 of 212 objects); its labels are kept"),
        (False, "can't be removed while it runs (`stop_on_delete: false`)"),
    ],
)
def test_a_removed_job_says_what_becomes_of_a_running_one(stop: bool, expected: str) -> None:  # noqa: FBT001
    assert _job({"StopOnDelete": stop}, None) == expected


def test_a_new_job_starts() -> None:
    assert _job(None, {"Input__Limit": 10}) == (
        "starts over what is not labeled yet, at most 10 objects (at most 0.80 USD, unconfirmed)"
    )


def test_a_replaced_bucket_says_so_in_the_job_that_reads_it() -> None:
    labeling = {"Job": job(Input__Bucket={"Ref": "Bucket"})}
    before, after = (
        environment(
            Labeling={
                "Bucket": resource("AWS::S3::Bucket", "Labeling/Bucket", BucketName=name),
                **labeling,
            }
        )
        for name in ("a", "b")
    )

    texts = [line.text for line in text.lines(_plan(before, after))]

    assert texts[0].startswith("input bucket: <Labeling/Bucket> is replaced → new run")
    assert texts[1] == (
        "BucketName a → b → BucketName can't be changed: a new one is made, the old one is deleted"
    )


def test_the_same_change_of_many_resources_is_one_line() -> None:
    def tagged(value: str) -> AssembledEnvironment:
        tags = [{"Key": "team", "Value": value}]
        return environment(
            Data={f"B{number}": resource("AWS::S3::Bucket", Tags=tags) for number in range(7)}
            | {"Key": resource("AWS::KMS::Key", Tags=tags)}
        )

    (line,) = text.lines(_plan(tagged("a"), tagged("b")))

    assert (line.subject, line.text) == ("7 buckets, 1 key", "tag team: a → b")


def test_a_custom_resource_is_told_by_the_keys_that_make_it() -> None:
    before, after = (
        environment(
            Workforce={
                "Workforce": resource(
                    "Custom::OidcWorkforce",
                    Oidc={"Issuer": f"https://{word}.example.com", "ClientId": "labels"},
                    Tags={"team": word},
                )
            }
        )
        for word in ("one", "two")
    )

    (line,) = text.lines(_plan(before, after))

    assert line.text == (
        "issuer https://one.example.com → https://two.example.com, tag team: one → two"
    )


def test_a_stack_that_is_described_no_more_is_said_to_be_left_behind() -> None:
    (line,) = text.lines(_plan(environment(Labeling={"Job": job()}), environment()))

    assert line.action == "left behind"
    assert "nobody looks after it" in line.text


def test_people_have_a_line_each_and_their_resource_has_none() -> None:
    def workers(**teams: list[str]) -> AssembledEnvironment:
        members = [{"Email": f"{name}@example.com", "Teams": teams[name]} for name in teams]
        return environment(Workforce={"Workers": resource("Custom::Workers", Members=members)})

    plan = _plan(
        workers(ana=["dev-a"], bo=["dev-a"]), workers(ana=["dev-b"], cy=["dev-a", "dev-b"])
    )

    assert text.lines(plan) == []
    assert people_lines(plan) == [
        ("+", "cy@example.com is invited into a, b"),
        (
            "-",
            "bo@example.com is removed from a; an account that this environment made can't log in"
            " any more, and its labels still name it",
        ),
        ("~", "ana@example.com joins b and leaves a"),
    ]


def test_what_a_skipped_stack_refers_to_is_said_to_be_another() -> None:
    reference = {"Fn::GetStackOutput": {"StackName": "dev-Data", "OutputName": "Out"}}

    def with_topic(name: str) -> AssembledEnvironment:
        rule = resource("AWS::Events::Rule", "Labeling/Rule", Targets=[{"Arn": reference}])
        return environment(
            outputs={"Data": {"Out": {"Value": {"Ref": "Topic"}}}},
            Data={"Topic": resource("AWS::SNS::Topic", "Data/Topic", TopicName=name)},
            Labeling={"Rule": rule},
        )

    found = text.lines(_plan(with_topic("a"), with_topic("b")))

    assert [(line.action, line.subject, line.text) for line in found if "rule" in line.subject] == [
        (
            "left on the old one",
            "rule Labeling/Rule",
            "Targets: refers to what is replaced → nothing deploys its stack, whose template stays"
            " the same: see docs/plan.md",
        )
    ]
