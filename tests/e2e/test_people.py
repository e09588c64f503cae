"""Workforces from the environment file to workers who log in, on local AWS with IAM enforced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from cli.aws.people import Clients, find
from cli.aws.reminders import remind
from cli.people.imports import Wanted, run_import
from cli.people.store import with_list
from ground_truth.config import Environment, load
from local.aws import LocalAws
from local.cdk_cli import CdkError
from local.inventory import inventory
from local.worker import WorkerError
from tests.e2e.changes import soon_refused, with_minutes_of_tokens
from tests.e2e.people import People, make_people
from tests.e2e.people_places import documented, found_in, plans, texts
from tests.e2e.project import CREATE, Project, team_of

#: What the commands ask, by the names they have for it.
_CLIENTS: Final = {
    "cloudformation": "cloudformation",
    "cognito": "cognito-idp",
    "mailer": "cognito-idp",
    "s3": "s3",
    "secrets": "secretsmanager",
    "sns": "sns",
    "notifier": "sns",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Give an account in which environment `dev` has made the workforce, for ana and bo."""
    folder = tmp_path_factory.mktemp("people")
    with LocalAws(folder) as aws:
        project = Project(aws=aws, folder=folder)
        project.write("dev", {"create": CREATE, "teams": {"readers": team_of("ana", "bo")}})
        project.cdk("dev").bootstrap(aws.account, aws.region)
        project.deploy("dev")
        yield project


@pytest.fixture(scope="module")
def outputs(project: Project) -> dict[str, str]:
    stack = project.aws.client("cloudformation").describe_stacks(StackName="dev-Workforce")
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Stacks"][0]["Outputs"]}


def test_after_one_deployment_an_invited_worker_logs_in(
    project: Project, outputs: dict[str, str]
) -> None:
    page = project.worker("ana").sign_in()

    assert page.url == f"{outputs['PortalUrl']}/"
    assert "ana@example.com" in page.text


def test_the_invitation_says_who_where_and_whom_to_ask(
    project: Project, outputs: dict[str, str]
) -> None:
    (mail,) = project.invitations("bo")

    assert mail["subject"] == "Label data for Example Labs"
    assert f'<a href="{outputs["PortalUrl"]}"' in mail["body"]
    for words in ("Example Labs invites you", "bo@example.com", "Write to labeling@example.com"):
        assert words in mail["body"]


def test_make_workers_shows_who_has_come_and_reminds_the_others(
    project: Project, outputs: dict[str, str]
) -> None:
    environment = load(project.folder / "environments" / "dev.yaml")
    clients = Clients(**{name: project.aws.client(each) for name, each in _CLIENTS.items()})
    project.follow_links("ana")

    people = find(environment, clients)
    sent = remind(environment, clients, "bo@example.com")

    assert people.portal_url == outputs["PortalUrl"]
    assert people.login_problem == ""
    assert {
        email: (person.state, person.teams, person.subscriptions)
        for email, person in people.persons.items()
    } == {
        "ana@example.com": ("signed in", ["dev-readers"], {"dev-readers": "confirmed"}),
        "bo@example.com": ("invited", ["dev-readers"], {"dev-readers": "pending"}),
    }
    assert sent == [
        "the invitation, with a new temporary password",
        "the request to confirm dev-readers",
    ]
    assert "bo@example.com" in project.worker("bo").sign_in().text


def test_a_second_workforce_is_refused_with_the_lines_to_write(
    project: Project, outputs: dict[str, str]
) -> None:
    team = {"readers": team_of("ana")}
    project.write("second", {"create": CREATE, "teams": team})
    project.deploy_data("second")
    before = inventory(project.aws.client)

    printed = project.refusal("second", {"create": CREATE, "teams": team})

    (project.folder / "environments" / "second.yaml").unlink()
    assert "an account has one workforce per Region, and workforce dev" in printed
    project.aws.client("cloudformation").delete_stack(StackName="second-Workforce")
    assert inventory(project.aws.client) == before
    (lines,) = set(re.findall(r"adopt: (\{[^}]*\})", printed))
    assert yaml.safe_load(lines) == {
        "workforce_name": "dev",
        "user_pool_id": outputs["UserPoolId"],
        "client_id": outputs["ClientId"],
    }


def test_environments_share_what_one_of_them_has_made(
    project: Project, outputs: dict[str, str]
) -> None:
    pool = outputs["UserPoolId"]
    mails = len(project.invitations("ana"))

    project.deploy("third", {"shared_with": "dev", "teams": {"readers": team_of("ana", "cleo")}})

    assert project.account(pool, "ana")["Groups"] == {"dev-readers", "dev-workers", "third-readers"}
    assert project.account(pool, "cleo")["Groups"] == {"third-readers", "third-workers"}
    assert len(project.invitations("ana")) == mails
    assert "cleo@example.com" in project.worker("cleo").sign_in().text
    with pytest.raises(CdkError, match="third-Workforce"):
        project.destroy("dev")

    project.destroy("third")

    assert project.account(pool, "ana")["Groups"] == {"dev-readers", "dev-workers"}
    assert project.account(pool, "cleo") == {}


def test_one_line_less_and_one_line_more(project: Project, outputs: dict[str, str]) -> None:
    pool = outputs["UserPoolId"]
    bo = project.worker("bo")
    bo.sign_in()
    before = project.account(pool, "bo")
    mails = len(project.invitations("ana"))

    project.deploy("dev", {"create": CREATE, "teams": {"readers": team_of("ana", "dan")}})

    with pytest.raises(WorkerError):
        bo.tasks()
    with pytest.raises(WorkerError, match="disabled"):
        project.worker("bo").sign_in()
    after = project.account(pool, "bo")
    assert (after["Enabled"], after["Groups"]) == (False, {"dev-workers"})
    assert _but_for_the_record(after) == _but_for_the_record(before)
    assert "dan@example.com" in project.worker("dan").sign_in().text
    assert len(project.invitations("ana")) == mails


def test_a_line_put_back_is_the_same_account(project: Project, outputs: dict[str, str]) -> None:
    project.deploy("dev", {"create": CREATE, "teams": {"readers": team_of("ana", "bo", "dan")}})

    account = project.account(outputs["UserPoolId"], "bo")
    assert (account["Enabled"], account["Groups"]) == (True, {"dev-readers", "dev-workers"})
    assert "bo@example.com" in project.worker("bo").sign_in().text


def test_an_address_that_takes_no_mail_undoes_nobody_s_invitation(
    project: Project, outputs: dict[str, str]
) -> None:
    team = team_of("ana", "bo", "dan", "gus")
    team["workers"].append("eli@example.invalid")
    project.deploy("dev", {"create": CREATE, "teams": {"readers": team}})

    found = project.cognito.list_users(
        UserPoolId=outputs["UserPoolId"], Filter='email = "eli@example.invalid"'
    )["Users"]
    (record,) = (each["Value"] for each in found[0]["Attributes"] if each["Name"] == "profile")
    assert "mail=failed" in record
    assert "why=CodeDeliveryFailureException" in record
    assert len(project.invitations("gus")) == 1
    assert "gus@example.com" in project.worker("gus").sign_in().text


def test_of_people_there_is_nowhere_more_than_the_document_says(
    project: Project, outputs: dict[str, str]
) -> None:
    team = team_of("ana", "bo", "dan", "gus", notify=["lead@example.com"])
    team["workers"].append("eli@example.invalid")
    project.deploy("dev", {"create": CREATE, "teams": {"readers": team}})
    emails = [*team["workers"], *team["notify"]]
    pool = outputs["UserPoolId"]
    users = project.cognito.list_users(UserPoolId=pool)["Users"]
    subs = [each["Value"] for user in users for each in user["Attributes"] if each["Name"] == "sub"]
    mails = [mail for name in ("ana", "lead") for mail in project.mails(name)]
    found: dict[str, set[str]] = {}

    for where, text in [
        *texts(project.aws.client, "dev", pool, mails),
        *plans(project.assembly("dev"), project.folder / "environments"),
    ]:
        found.setdefault(where, set()).update(found_in(text, emails, subs))

    said = documented()
    assert {where: more for where in found if (more := found[where] - said[where])} == {}
    # What is said is there, but for what needs a job, an error or a list, and for trails and the
    # reasons of successes, which only AWS shows.
    less = {where: said[where] - found.get(where, set()) for where in said}
    less["logs of functions"].discard("sub")  # of whom a warning is said, if local AWS keeps it
    assert {where: kinds for where, kinds in less.items() if kinds} == {
        "CloudTrail": {"address", "sub"},
        "environment file": {"address"},
        "events of stacks": {"number and initials"},
        "labels": {"sub"},
        "list of people": {"address"},
        "logs of functions": {"number and initials"},
    }


def test_an_account_that_was_disabled_by_hand_stays_so(
    project: Project, outputs: dict[str, str]
) -> None:
    pool = outputs["UserPoolId"]
    gus = project.account(pool, "gus")["Username"]
    project.cognito.admin_disable_user(UserPoolId=pool, Username=gus)

    project.deploy(
        "dev", {"create": CREATE, "teams": {"readers": team_of("ana", "bo", "dan", "gus")}}
    )
    still = project.account(pool, "gus")["Enabled"]
    project.deploy("dev", {"create": CREATE, "teams": {"readers": team_of("ana", "bo", "dan")}})

    assert still is False
    assert project.account(pool, "gus")["Groups"] == {"dev-workers"}


def test_who_logs_in_is_not_disturbed_when_cloudformation_writes_the_client(
    project: Project, outputs: dict[str, str]
) -> None:
    project.cognito.update_user_pool_client(
        **_with_more_urls(project, outputs, "https://elsewhere.example.com/back")
    )
    project.changes = (soon_refused, with_minutes_of_tokens)

    project.deploy("dev")

    client = _client(project, outputs)
    assert client["AccessTokenValidity"] == 30
    assert f"{outputs['PortalUrl']}/oauth2/idpresponse" in client["CallbackURLs"]
    assert f"{outputs['PortalUrl']}/logout" in client["LogoutURLs"]
    assert "ana@example.com" in project.worker("ana").sign_in().text


def test_a_renamed_team_is_a_new_team_with_the_same_people(
    project: Project, outputs: dict[str, str]
) -> None:
    project.deploy("dev", {"create": CREATE, "teams": {"editors": team_of("ana", "bo", "dan")}})

    teams = project.aws.client("sagemaker").list_workteams()["Workteams"]
    assert [team["WorkteamName"] for team in teams] == ["dev-editors"]
    account = project.account(outputs["UserPoolId"], "ana")
    assert account["Groups"] == {"dev-editors", "dev-workers"}
    assert "ana@example.com" in project.worker("ana").sign_in().text


def test_a_portal_whose_restriction_is_taken_out_of_the_file_opens_again(
    project: Project, outputs: dict[str, str]
) -> None:
    teams = {"editors": team_of("ana", "bo", "dan")}
    project.deploy(
        "dev", {"create": {**CREATE, "allowed_cidrs": ["203.0.113.0/24"]}, "teams": teams}
    )
    with pytest.raises(WorkerError):
        project.worker("ana").sign_in()

    project.deploy("dev", {"create": CREATE, "teams": teams})

    assert project.worker("ana").sign_in().url == f"{outputs['PortalUrl']}/"
    policies = project.aws.client("iam").list_policies(Scope="Local")["Policies"]
    assert [each for each in policies if "NetworkPolicy" in each["PolicyName"]] == []


def test_a_pool_whose_template_loses_its_schema_keeps_its_people(
    project: Project, outputs: dict[str, str]
) -> None:
    teams = {"editors": team_of("ana", "bo", "dan")}

    after = project.deploy("dev", {"create": {**CREATE, "pool_schema": "false"}, "teams": teams})

    assert after["UserPoolId"] == outputs["UserPoolId"]
    assert "ana@example.com" in project.worker("ana").sign_in().text


def test_people_of_a_list_come_and_go_and_nothing_deployed_has_their_address(
    project: Project, outputs: dict[str, str], tmp_path: Path
) -> None:
    s3, pool = project.aws.client("s3"), outputs["UserPoolId"]
    s3.create_bucket(Bucket="people-lists")
    s3.put_object(
        Bucket="people-lists", Key="dev.csv", Body=b"address;team\nhal@example.com;editors\n"
    )
    create = {**CREATE, "pool_schema": "false"}
    teams = {"editors": team_of("ana", "bo", "dan")}
    source = "s3://people-lists/dev.csv"
    project.deploy("dev", {"create": create, "workers_from": source, "teams": teams})
    environment = load(project.folder / "environments" / "dev.yaml")
    clients = Clients(**{name: project.aws.client(each) for name, each in _CLIENTS.items()})
    file = tmp_path / "people.txt"

    assert "hal@example.com" in project.worker("hal").sign_in().text
    project.follow_links("hal")
    assert _told(environment, clients)["hal@example.com"] == "confirmed"

    file.write_text("Ida Roe <ida@example.com>")
    made = run_import(environment, clients, Wanted(file=file, yes=True), lambda *_: None)

    assert made.error == ""
    assert "ida@example.com" in project.worker("ida").sign_in().text
    assert _told(environment, clients)["ida@example.com"] == "pending"

    run_import(environment, clients, Wanted(file=file, yes=True, replaces=True), lambda *_: None)

    assert project.account(pool, "hal")["Enabled"] is False
    assert "hal@example.com" not in _told(environment, clients)
    assert [each for each in ("hal@", "ida@") if each in _all_that_is_deployed(project)] == []

    # What somebody has taken away changes nobody.
    s3.delete_object(Bucket="people-lists", Key="dev.csv")
    other = {"editors": team_of("ana", "bo", "dan", "gus")}
    printed = project.refusal("dev", {"create": create, "workers_from": source, "teams": other})
    assert f"the list of people, {source}, can't be read" in printed
    assert project.account(pool, "ida")["Groups"] == {"dev-editors", "dev-workers"}
    project.deploy("dev", {"create": create, "teams": teams})
    assert project.account(pool, "ida")["Enabled"] is False


def _told(environment: Environment, clients: Clients) -> dict[str, str]:
    """Return how far people are with the mails of their team."""
    people = find(with_list(environment, clients), clients)
    return {
        email: person.subscriptions["dev-editors"]
        for email, person in people.persons.items()
        if "dev-editors" in person.subscriptions
    }


def _all_that_is_deployed(project: Project) -> str:
    """Return template, resources, outputs and events of the people's stack, and its logs."""
    cloudformation, logs = project.aws.client("cloudformation"), project.aws.client("logs")
    name = {"StackName": "dev-Workforce"}
    groups = [
        each["logGroupName"]
        for each in logs.describe_log_groups()["logGroups"]
        if "Workforce" in each["logGroupName"]
    ]
    found = [
        cloudformation.get_template(**name)["TemplateBody"],
        cloudformation.describe_stacks(**name)["Stacks"],
        cloudformation.describe_stack_events(**name)["StackEvents"],
        *(logs.filter_log_events(logGroupName=group)["events"] for group in groups),
    ]
    assert groups
    return repr(found)


def test_leaving_what_is_in_use_is_refused_before_anything_is_written(
    project: Project, outputs: dict[str, str]
) -> None:
    before = _client(project, outputs)
    ids = {"user_pool_id": outputs["UserPoolId"], "client_id": outputs["ClientId"]}
    adopt = {"workforce_name": "dev", **ids}

    printed = project.refusal("dev", {"adopt": adopt, "teams": {"editors": team_of("ana")}})

    assert "dev-editors" in printed
    (stack,) = project.aws.client("cloudformation").describe_stacks(StackName="dev-Workforce")[
        "Stacks"
    ]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert _client(project, outputs) == before
    assert project.account(outputs["UserPoolId"], "bo")["Enabled"] is True


def test_destroy_leaves_nothing_of_the_people(project: Project) -> None:
    project.write("dev", {"create": CREATE, "teams": {"editors": team_of("ana", "bo", "dan")}})

    project.destroy("dev")

    assert project.cognito.list_user_pools(MaxResults=10)["UserPools"] == []
    assert project.aws.client("sagemaker").list_workforces()["Workforces"] == []
    assert project.aws.client("sns").list_topics()["Topics"] == []


def test_a_workforce_that_a_failed_destroy_has_left_is_told_how_to_remove(
    project: Project,
) -> None:
    people = make_people(project.aws, {"eve": ["console-readers"]})
    people.team("console-readers")
    project.cognito.delete_user_pool_domain(
        UserPoolId=people.pool, Domain=f"d{people.pool[-9:].lower()}"
    )
    project.cognito.delete_user_pool(UserPoolId=people.pool)
    create = {"create": CREATE, "teams": {"readers": team_of("ana")}}

    printed = project.refusal("dev", create)

    assert "aws sagemaker delete-workforce --workforce-name default" in printed
    assert "console-readers" in printed
    people.sagemaker.delete_workteam(WorkteamName="console-readers")
    people.sagemaker.delete_workforce(WorkforceName="default")
    project.deploy("dev", create)
    assert "ana@example.com" in project.worker("ana").sign_in().text
    project.destroy("dev")


@pytest.fixture(scope="module")
def console(project: Project) -> People:
    """Give the account a workforce that the console has made, in which eve works."""
    people = make_people(project.aws, {"eve": ["console-readers"]})
    people.team("console-readers")
    people.open_portal()
    people.worker("eve").sign_in()
    return people


@pytest.mark.parametrize("wrong", ["pool", "client", "name", "kind"])
def test_ids_of_another_workforce_are_refused_before_anything_is_written(
    project: Project, console: People, wrong: str
) -> None:
    other = make_other_pool(project) if wrong == "pool" else None
    adopt = {
        "workforce_name": "other" if wrong == "name" else "default",
        "user_pool_id": other or console.pool,
        "client_id": "1h57kf5cpq17m0eml12EXAMPLE" if wrong == "client" else console.client,
    }
    workforce: dict[str, Any] = {"adopt": adopt, "teams": {"readers": team_of("ana")}}
    if wrong == "kind":
        team = {"description": "Reads", "groups": ["labelers"]}
        workforce = {"adopt": {"workforce_name": "default"}, "teams": {"readers": team}}
    before = _state(project, console)

    printed = project.refusal("adopting", workforce)

    assert "default" in printed
    if wrong in ("pool", "client"):
        given = adopt["user_pool_id" if wrong == "pool" else "client_id"]
        real = console.pool if wrong == "pool" else console.client
        assert given in printed
        assert real in printed
    assert _state(project, console) == before


def test_the_account_s_own_workforce_is_adopted_and_given_back(
    project: Project, console: People
) -> None:
    before = _state(project, console)
    adopt = {
        "workforce_name": "default",
        "user_pool_id": console.pool,
        "client_id": console.client,
    }
    workforce = {
        "adopt": adopt,
        "pin_urls_to_worker_ip": "true",
        "teams": {"readers": team_of("ana", "eve")},
    }

    project.deploy("adopting", workforce)

    eve = project.account(console.pool, "eve")
    team = project.aws.client("sagemaker").describe_workteam(WorkteamName="adopting-readers")
    access = team["Workteam"]["WorkerAccessConfiguration"]["S3Presign"]["IamPolicyConstraints"]
    assert eve["Groups"] == {"console-readers", "adopting-readers"}
    assert access["SourceIp"] == "Enabled"
    assert "ana@example.com" in project.worker("ana").sign_in().text

    project.destroy("adopting")

    assert _state(project, console) == before


def make_other_pool(project: Project) -> str:
    """Make a pool that has nothing to do with the workforce."""
    pool: str = project.cognito.create_user_pool(PoolName="other")["UserPool"]["Id"]
    return pool


def _but_for_the_record(account: dict[str, Any]) -> list[dict[str, str]]:
    return [each for each in account["Attributes"] if each["Name"] != "profile"]


def _client(project: Project, outputs: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = project.cognito.describe_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientId=outputs["ClientId"]
    )["UserPoolClient"]
    return found


def _with_more_urls(project: Project, outputs: dict[str, str], url: str) -> dict[str, Any]:
    client = _client(project, outputs)
    kept = (
        "UserPoolId",
        "ClientId",
        "LogoutURLs",
        "AllowedOAuthFlows",
        "AllowedOAuthScopes",
        "AllowedOAuthFlowsUserPoolClient",
        "SupportedIdentityProviders",
    )
    return {
        **{name: client[name] for name in kept},
        "CallbackURLs": [*client["CallbackURLs"], url],
    }


def _state(project: Project, console: People) -> dict[str, Any]:
    """Return all of an adopted workforce that must not be changed."""
    sagemaker = project.aws.client("sagemaker")
    client = project.cognito.describe_user_pool_client(
        UserPoolId=console.pool, ClientId=console.client
    )["UserPoolClient"]
    pool = project.cognito.describe_user_pool(UserPoolId=console.pool)["UserPool"]
    return {
        "workforces": sagemaker.list_workforces()["Workforces"],
        "teams": [team["WorkteamName"] for team in sagemaker.list_workteams()["Workteams"]],
        "client": client,
        "pool": pool,
        "groups": [
            group["GroupName"]
            for group in project.cognito.list_groups(UserPoolId=console.pool)["Groups"]
        ],
        "eve": project.account(console.pool, "eve"),
        "ana": project.account(console.pool, "ana"),
    }
