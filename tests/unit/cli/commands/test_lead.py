"""What a lead asks `ground-truth workers`: how old, since when, how many, who instead of whom."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from rich.console import Console

from cli.aws.answers import Answers, Counted
from cli.aws.people import People, PeopleError, find
from cli.aws.people_to_do import to_do
from cli.aws.people_words import Details, account_words, invitation_ends
from cli.aws.repairs import differences, fix, waiting
from cli.aws.sign_ins import SignIns, last_sign_ins
from cli.commands.workers import _asked, show_people
from ground_truth.config import Environment
from tests.unit.cli.commands.deployed_people import ANA, BO, CY, DeployedPeople
from tests.unit.workforce.cognito_pools import POOL
from workforce.record import Record

_NEW = "dora@example.com"
_NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def aws() -> DeployedPeople:
    made = DeployedPeople()
    made.deploy((ANA, BO, CY))
    return made


def _sent(aws: DeployedPeople, email: str, *, days: float) -> None:
    """Let an invitation have gone some days ago."""
    attributes = aws.users[POOL][aws.name_of(email)]["UserAttributes"]
    record = Record(made_by="dev", stack="0a", mail="sent", at=_NOW - timedelta(days=days))
    next(each for each in attributes if each["Name"] == "profile")["Value"] = record.as_text()


def _people(environment: Environment, aws: DeployedPeople) -> People:
    return find(environment, aws.services())


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "invited, sent today, 7 days left"),
        (3, "invited, sent 3 days ago, 4 days left"),
        (6.9, "invited, sent 7 days ago, less than a day left"),
        (8, "password ended 1 day ago, sent 8 days ago"),
    ],
)
def test_an_invitation_has_its_age_and_its_end(
    environment: Environment, aws: DeployedPeople, days: float, words: str
) -> None:
    _sent(aws, ANA, days=days)
    people = _people(environment, aws)

    assert account_words(people.persons[ANA], Details(), people.password_days) == words


def test_an_account_of_which_nobody_has_noted_a_mail_has_no_end(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.add_user(_NEW, "dev-readers", status="FORCE_CHANGE_PASSWORD")
    person = _people(environment, aws).persons[_NEW]

    assert account_words(person, Details(), 7) == "invited, not in the file"
    assert invitation_ends(person, 7) is None


def _recording(aws: DeployedPeople, mode: str) -> SignIns:
    aws.pools[POOL]["UserPoolAddOns"] = {"AdvancedSecurityMode": mode}
    accounts = aws.services().accounts(POOL).members("dev-readers")
    return last_sign_ins(aws.services().cognito, POOL, accounts)


def test_the_last_sign_in_is_what_the_pool_has_recorded(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.sign_in(ANA)
    aws.sign_ins[aws.name_of(ANA)] = [
        ("SignIn", "Pass", _NOW - timedelta(days=9)),
        ("SignIn", "Pass", _NOW - timedelta(days=2)),
        ("SignIn", "Fail", _NOW),
        ("ForgotPassword", "Pass", _NOW),
    ]

    found = _recording(aws, "AUDIT")

    assert found == SignIns(by_username={aws.name_of(ANA): _NOW - timedelta(days=2)})
    person = _people(environment, aws).persons[ANA]
    last = f"{_NOW - timedelta(days=2):%Y-%m-%d}"
    assert account_words(person, Details(sign_ins=found), 7) == f"signed in, last {last}"


def test_of_a_pool_that_records_nothing_it_is_said_and_not_asked(aws: DeployedPeople) -> None:
    found = _recording(aws, "OFF")

    assert found.by_username == {}
    assert "not known: the user pool records it with `threat_protection: audit`" in found.why_not
    assert aws.called("AdminListUserAuthEvents") == []


def test_records_that_may_not_be_read_keep_nobody_from_the_rest(aws: DeployedPeople) -> None:
    aws.sign_in(ANA)
    aws.refuse("AdminListUserAuthEvents", "AccessDeniedException", "not authorized", times=9)

    assert _recording(aws, "ENFORCED").why_not == (
        "when people have signed in last can't be read (AccessDeniedException)"
    )


def _change_file(environment: Environment, old: str, new: str) -> Environment:
    teams = {
        key: team.model_copy(
            update={
                "workers": tuple(
                    each.model_copy(update={"email": new}) if each.email == old else each
                    for each in team.workers
                )
            }
        )
        for key, team in environment.workforce.teams.items()
    }
    workforce = environment.workforce.model_copy(update={"teams": teams})
    return environment.model_copy(update={"workforce": workforce})


def test_another_address_in_a_line_says_how_the_account_stays(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.sign_in(ANA)
    changed = _change_file(environment, ANA, _NEW)

    said = to_do(changed, _people(changed, aws))

    (line,) = [each for each in said if each.startswith(f"{ANA} is not in the file any more")]
    assert "invites a new account and disables the old one, which keeps the labels" in line
    assert line.endswith(
        f"--username {aws.name_of(ANA)} --user-attributes Name=email,Value={_NEW}"
        " Name=email_verified,Value=true"
    )
    assert not [each for each in said if each.startswith(f"{ANA} is in dev-readers")]


def test_the_line_that_is_said_keeps_the_account_and_its_labels(
    environment: Environment, aws: DeployedPeople
) -> None:
    username = aws.name_of(ANA)
    attributes = [{"Name": "email", "Value": _NEW}, {"Name": "email_verified", "Value": "true"}]
    aws.sign_in(ANA)
    aws._admin_update_user_attributes(
        {"UserPoolId": POOL, "Username": username, "UserAttributes": attributes}
    )
    members = [{"Email": each, "Teams": ["dev-readers"]} for each in (_NEW, BO, CY)]
    aws.deployed["Members"] = members

    fix(environment, aws.services())

    assert aws.name_of(_NEW) == username
    assert aws.people()[_NEW] == (True, "CONFIRMED", {"dev-readers", "dev-workers"})
    assert _NEW not in aws.mails


def test_a_mistyped_address_says_that_its_invitation_opens_nothing(
    environment: Environment, aws: DeployedPeople
) -> None:
    changed = _change_file(environment, ANA, _NEW)
    before = to_do(changed, _people(changed, aws))
    aws.deployed["Members"][0]["Email"] = _NEW

    fix(changed, aws.services())

    after = to_do(changed, _people(changed, aws))
    assert [each for each in before if each.endswith("whose invitation opens nothing any more")]
    (line,) = [each for each in after if each.startswith(f"{ANA}: disabled before anybody had")]
    assert f"admin-delete-user --region us-east-1 --user-pool-id {POOL} --username" in line
    assert aws.people()[ANA][0] is False
    assert aws.mails[-1] == _NEW


def test_an_account_that_nobody_has_confirmed_is_a_difference_with_its_command(
    environment: Environment, aws: DeployedPeople
) -> None:
    aws.users[POOL][aws.name_of(BO)]["UserStatus"] = "UNCONFIRMED"
    people = _people(environment, aws)

    assert people.persons[BO].state == "unconfirmed"
    assert differences(environment, people) == {BO: ["is unconfirmed"]}
    assert any("admin-confirm-sign-up" in each for each in to_do(environment, people))


@pytest.mark.parametrize(
    ("status", "state"),
    [("RESET_REQUIRED", "password reset"), ("EXTERNAL_PROVIDER", "signs in elsewhere")],
)
def test_who_signs_in_otherwise_is_told_so(
    environment: Environment, aws: DeployedPeople, status: str, state: str
) -> None:
    aws.users[POOL][aws.name_of(BO)]["UserStatus"] = status

    assert _people(environment, aws).persons[BO].state == state


def test_an_account_that_was_taken_out_of_all_groups_is_still_there(
    environment: Environment, aws: DeployedPeople
) -> None:
    for group in aws.groups[POOL].values():
        group.discard(aws.name_of(BO))
    people = _people(environment, aws)

    assert differences(environment, people) == {BO: ["is not in dev-readers"]}
    fix(environment, aws.services())
    assert differences(environment, _people(environment, aws)) == {}


def test_who_has_not_come_is_told_by_number_and_is_no_difference(
    environment: Environment, aws: DeployedPeople
) -> None:
    _sent(aws, BO, days=9)
    people = _people(environment, aws)

    assert waiting(environment, people) == ["worker 2 (B.) has not come yet: password ended"]
    assert differences(environment, people) == {}


def test_the_table_says_who_labeled_how_many_and_by_which_sub(
    environment: Environment, aws: DeployedPeople
) -> None:
    people = _people(environment, aws)
    account = people.persons[ANA].account
    assert account is not None
    details = Details(counted=Counted(by_sub={account.sub: Answers(number=12, last=_NOW)}))
    shown = {width: _table(environment, people, details, width) for width in (160, 120, 80, 40)}

    line = next(each for each in shown[160].splitlines() if ANA in each)
    assert f"12, last {_NOW:%Y-%m-%d}" in line
    assert account.sub in line
    assert "│" in shown[120]
    assert account.sub not in shown[120]
    assert f"  sub: {account.sub}" in shown[80].splitlines()
    assert f"  labeled: 12, last {_NOW:%Y-%m-%d}" in shown[40].splitlines()


def _table(environment: Environment, people: People, details: Details, width: int) -> str:
    printed = io.StringIO()
    show_people(environment, people, Console(file=printed, width=width, soft_wrap=True), details)
    return printed.getvalue()


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ((None, None), (None, None, None)),
        (("remind", "all"), (None, None, "all")),
        (("remind", ANA), (None, None, ANA)),
        (("Ana@example.com", None), (None, ANA, None)),
        (("even-odd", None), ("even-odd", None, None)),
    ],
)
def test_the_words_of_the_verb_are_a_job_a_person_or_a_reminder(
    environment: Environment, words: tuple[str | None, str | None], asked: tuple[Any, ...]
) -> None:
    assert _asked(environment, *words, None) == asked


@pytest.mark.parametrize("words", [("remind", None), ("even-odd", "all")])
def test_words_that_mean_nothing_are_refused(
    environment: Environment, words: tuple[str, str | None]
) -> None:
    with pytest.raises(typer.BadParameter, match="remind"):
        _asked(environment, *words, None)


def test_somebody_whom_nobody_knows_is_told_so(
    environment: Environment, aws: DeployedPeople
) -> None:
    with pytest.raises(PeopleError, match="expected an address of the file or of the environment"):
        _people(environment, aws).of_address("zoe@example.com")
