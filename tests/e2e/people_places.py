"""Where people's data is after a deployment, and where docs/security.md says that it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from cli.plan.counts import Counts
from cli.plan.json_output import json_output
from cli.plan.markdown import markdown
from cli.plan.plan import make_plan
from local.aws import ROOT

#: What can stand somewhere of people, in the order of the document's columns.
KINDS: Final = ("address", "sub", "number and initials")
_ROW: Final = re.compile(r"\| \*\*(?P<where>[^*]+)\*\*[^|]*\|(?P<cells>(?: (?:yes|no) \|){3})")
_STACKS: Final = ("Data", "Workforce", "Labeling")


def documented() -> dict[str, set[str]]:
    """Return by place what docs/security.md says of it."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    return {
        found["where"]: {
            kind
            for kind, cell in zip(KINDS, found["cells"].split("|"), strict=False)
            if cell.strip() == "yes"
        }
        for found in _ROW.finditer(page)
    }


def found_in(text: str, emails: list[str], subs: list[str]) -> set[str]:
    """Return what a text has of people: of an address, also its letters and digits alone."""
    said, found = text.lower(), set()
    bare = [re.sub(r"[^a-z0-9]", "", email.lower()) for email in emails]
    if any(each in said for each in (*(email.lower() for email in emails), *bare)):
        found.add("address")
    if any(sub in said for sub in subs):
        found.add("sub")
    initials = "|".join({email[0].upper() for email in emails})
    if re.search(rf"\b\d+ \((?:{initials})\.\)", text):
        found.add("number and initials")
    return found


def texts(
    client: Callable[[str], Any], environment: str, pool: str, mails: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Yield what stands in each place of a deployed environment, by its name in the document."""
    formation = client("cloudformation")
    names = {f"{environment}-{stack}" for stack in _STACKS}
    for stack in formation.describe_stacks()["Stacks"]:
        name = stack["StackName"]
        if name not in names:
            continue
        body = formation.get_template(StackName=name)["TemplateBody"]
        template = json.loads(body) if isinstance(body, str) else body
        yield "templates", json.dumps(template["Resources"] | template.get("Outputs", {}))
        yield "logical ids", json.dumps([*template["Resources"]])
        yield "outputs of stacks", json.dumps(stack.get("Outputs", []))
        pages = formation.get_paginator("describe_stack_events").paginate(StackName=name)
        for page in pages:
            yield "events of stacks", json.dumps(page["StackEvents"], default=str)
    yield from _of_logs(client("logs"), environment)
    users = client("cognito-idp").get_paginator("list_users").paginate(UserPoolId=pool)
    yield "user pool", json.dumps([page["Users"] for page in users], default=str)
    sns = client("sns")
    yield "subscriptions", json.dumps(sns.list_subscriptions()["Subscriptions"])
    for mail in mails:
        yield "mails", json.dumps(mail, default=str)
    yield from _of_buckets(client("s3"), environment)


def plans(assembly: Path, environments: Path) -> Iterator[tuple[str, str]]:
    """Yield the plan of an environment that is new, in all its forms."""
    plan = make_plan(
        base="nothing",
        before=None,
        after=assembly,
        environments=environments,
        counts=Counts({}),
        today=date(2026, 12, 1),
    )
    yield "plans and comments", f"{markdown(plan)}\n{json_output(plan)}"


def _of_logs(logs: Any, environment: str) -> Iterator[tuple[str, str]]:
    for group in logs.describe_log_groups()["logGroups"]:
        if f"{environment}-" not in group["logGroupName"]:
            continue
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for page in pages:
            for event in page["events"]:
                yield "logs of functions", event["message"]


def _of_buckets(s3: Any, environment: str) -> Iterator[tuple[str, str]]:
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        if not name.startswith(f"{environment}-"):
            # Somebody else's, or the CDK's, which has the templates as CloudFormation does.
            continue
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
            for each in page.get("Contents", []):
                place = "labels" if each["Key"].startswith("labels/") else "other objects"
                content = s3.get_object(Bucket=name, Key=each["Key"])["Body"].read()
                yield place, f"{each['Key']} {content.decode('utf-8', 'replace')}"
