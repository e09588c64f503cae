"""Small environments for the tests of the plan, written as templates."""

from collections.abc import Mapping
from typing import Any

from cli.plan.assembly import AssembledEnvironment, stack_of


def resource(type_: str, path: str = "", **properties: Any) -> dict[str, Any]:
    """Return a resource; its path is that of its construct below the environment."""
    content: dict[str, Any] = {"Type": type_, "Properties": properties}
    if path:
        content["Metadata"] = {"aws:cdk:path": f"dev/{path}/Resource"}
    return content


def environment(
    *,
    is_protected: bool = False,
    outputs: Mapping[str, Mapping[str, Any]] | None = None,
    location: str = "aws://unknown-account/us-east-1",
    **stacks: Mapping[str, Any],
) -> AssembledEnvironment:
    """Return the environment `dev`; each stack is given as its resources."""
    return AssembledEnvironment(
        name="dev",
        stacks={
            key: stack_of(
                {"Resources": resources, "Outputs": (outputs or {}).get(key, {})},
                environment="dev",
                key=key,
                location=location,
                is_protected=is_protected and key != "Labeling",
            )
            for key, resources in stacks.items()
        },
    )


def job(key: str = "even-odd", **changes: Any) -> dict[str, Any]:
    """Return a labeling job; `changes` replace its properties, by names or paths with `__`."""
    properties: dict[str, Any] = {
        "NamePrefix": f"dev-{key}",
        "Revision": 1,
        "OnChange": "replace",
        "Relabel": False,
        "StopOnDelete": True,
        "Input": {"Kind": "text", "Bucket": "input", "Prefix": "Input/", "MaximumObjects": 100_000},
        "Files": {
            "LabelCategories": {"labels": [{"label": "Even"}, {"label": "Odd"}]},
            "WorkerTemplate": "<p>Look at the last digit.</p>\n",
        },
        "Request": {
            "LabelAttributeName": key,
            "HumanTaskConfig": {
                "TaskTitle": "Even or odd?",
                "WorkteamArn": "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/a",
                "TaskTimeLimitInSeconds": 300,
                "PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:1:function:PRE-TextMultiClass",
            },
        },
        "Tags": [],
    }
    for path, value in changes.items():
        *above, name = path.split("__")
        place = properties
        for step in above:
            place = place[step]
        place[name] = value
    return resource("Custom::LabelingJob", f"Labeling/Jobs/{key}/Job", **properties)
