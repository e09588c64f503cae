"""What an environment file says of the workforce, and what it must not say."""

from pathlib import Path

import pytest

from ground_truth.config import Environment, EnvironmentFileError, load, load_all
from ground_truth.templates import invitation as invitation_mail

_CREATE = """\
create:
    organization: Example Labs
    support_email: labeling@example.com
"""
_PEOPLE = "arn:aws:secretsmanager:us-east-1:111122223333:secret:people-a1B2c3"
_OIDC = """\
oidc:
    client_id: ground-truth~1
    client_secret: arn:aws:secretsmanager:us-east-1:111122223333:secret:labeling-a1B2c3
    issuer: https://id.example.com
    authorization_endpoint: https://id.example.com/authorize
    token_endpoint: https://id.example.com/token
    user_info_endpoint: https://id.example.com/userinfo
    logout_endpoint: https://id.example.com/logout
    jwks_uri: https://id.example.com/keys
"""
_ADOPT = "adopt: {workforce_name: default, user_pool_id: us-east-1_AbC123, client_id: 1h57kf5cpq}\n"
_VPC = "    vpc: {id: vpc-0a1b2c3d, subnets: [subnet-0a1b2c3d], security_groups: [sg-0a1b2c3d]}\n"
_WORKERS = "workers: [ana@example.com]"
_GROUPS = "groups: [labelers]"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work where a project is, so that messages name files as a user sees them."""
    (tmp_path / "environments").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "environments"


def _write(
    workforce: str, people: str = _WORKERS, *, name: str = "dev", head: str = "", jobs: str = "{}"
) -> Path:
    path = Path("environments", f"{name}.yaml")
    path.write_text(
        f"region: us-east-1\nprotected: false\n{head}workforce:\n  {workforce}"
        f"  teams:\n    readers:\n      description: Reads\n      {people}\njobs: {jobs}\n"
    )
    return path


def _load(workforce: str, people: str = _WORKERS) -> Environment:
    return load(_write(workforce, people))


def _problem(workforce: str, people: str = _WORKERS, **more: str) -> str:
    with pytest.raises(EnvironmentFileError) as raised:
        load(_write(workforce, people, **more))
    (problem,) = raised.value.problems
    return problem.removeprefix("environments/dev.yaml:")


def test_what_is_not_said_of_a_made_workforce_has_careful_defaults() -> None:
    create = _load(_CREATE).workforce.create

    assert create is not None
    assert (create.mfa, create.threat_protection, create.email_from) == ("off", "off", None)
    assert (create.password_policy.minimum_length, create.vpc) == (12, None)
    assert create.invitation == invitation_mail.DEFAULT


@pytest.mark.parametrize(
    ("workforce", "people", "mode"),
    [(_CREATE, _WORKERS, "create"), (_OIDC, _GROUPS, "oidc"), (_ADOPT, _WORKERS, "adopt")],
)
def test_each_mode_is_one_key(workforce: str, people: str, mode: str) -> None:
    environment = _load(workforce, people)

    assert environment.workforce.mode == mode
    assert environment.owner is environment


def test_a_workforce_that_signs_in_by_oidc_is_adopted_by_its_name() -> None:
    workforce = _load("adopt: {workforce_name: corp}\n", _GROUPS).workforce

    assert workforce.adopt is not None
    assert workforce.adopt.user_pool_id is None
    assert workforce.teams["readers"].groups == ("labelers",)


def test_a_shared_workforce_is_the_other_environment_s() -> None:
    _write(_CREATE, name="dev")

    environment = load(_write("shared_with: dev\n", name="test"))

    assert environment.workforce.mode == "shared"
    assert environment.owner.name == "dev"


def test_sharing_a_workforce_of_an_identity_provider_takes_groups() -> None:
    _write(_OIDC, _GROUPS, name="dev")

    environment = load(_write("shared_with: dev\n", _GROUPS, name="test"))

    assert environment.workforce.teams["readers"].groups == ("labelers",)


@pytest.mark.parametrize(
    ("workforce", "people", "problem"),
    [
        pytest.param(
            _CREATE + "  " + _ADOPT,
            _WORKERS,
            "3: workforce: expected one of create, oidc, adopt and shared_with, which say where the"
            " workforce comes from, got create and adopt",
            id="two modes",
        ),
        pytest.param(
            "pin_urls_to_worker_ip: true\n",
            _WORKERS,
            "3: workforce: expected one of create, oidc, adopt and shared_with, which say where the"
            " workforce comes from, got none",
            id="no mode",
        ),
        pytest.param(
            _OIDC,
            _WORKERS,
            "16: workforce.teams.readers.workers: expected groups in a team of this workforce, got"
            " workers; people and their teams are those of your identity provider",
            id="addresses with OIDC",
        ),
        pytest.param(
            _CREATE,
            _GROUPS,
            "10: workforce.teams.readers.groups: expected workers in a team of this workforce, got"
            " groups; groups are for workforces that sign in by OIDC",
            id="groups with Cognito",
        ),
        pytest.param(
            _CREATE,
            "notify: [lead@example.com]",
            "8: workforce.teams.readers.workers: expected workers, got nothing; add the key",
            id="nobody",
        ),
        pytest.param(
            _OIDC,
            "groups: []",
            "16: workforce.teams.readers.groups: expected 1 to 10 groups, got 0",
            id="no group",
        ),
        pytest.param(
            _OIDC,
            "groups: [a, b, a]",
            "16: workforce.teams.readers.groups[2]: expected each group once, got 'a' again",
            id="a group twice",
        ),
        pytest.param(
            _OIDC.replace("us-east-1:1111", "eu-west-1:1111"),
            _GROUPS,
            "6: workforce.oidc.client_secret: expected a secret in us-east-1, as the environment,"
            " got 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:labeling-a1B2c3'",
            id="secret elsewhere",
        ),
        pytest.param(
            _OIDC.replace(
                "arn:aws:secretsmanager:us-east-1:111122223333:secret:labeling-a1B2c3", "hunter2"
            ),
            _GROUPS,
            "6: workforce.oidc.client_secret: expected the whole ARN of a secret in Secrets"
            " Manager, such as"
            " arn:aws:secretsmanager:us-east-1:111122223333:secret:labeling-a1B2c3, got other text"
            " of 7 characters; never the secret itself",
            id="secret in the file",
        ),
        pytest.param(
            _OIDC.replace("https://id.example.com/keys", "http://id.example.com/keys"),
            _GROUPS,
            "12: workforce.oidc.jwks_uri: expected an address that begins with https:// and has no"
            " blanks, got 'http://id.example.com/keys'",
            id="address without TLS",
        ),
        pytest.param(
            _ADOPT.replace("us-east-1_", "eu-west-1_"),
            _WORKERS,
            "4: workforce.adopt.user_pool_id: expected a user pool of us-east-1, as the"
            " environment, got 'eu-west-1_AbC123'",
            id="pool elsewhere",
        ),
        pytest.param(
            "adopt: {workforce_name: default, client_id: 1h57kf5cpq}\n",
            _WORKERS,
            "4: workforce.adopt: expected user_pool_id and client_id, or neither for a workforce"
            " that signs in by OIDC, got one of them; `aws sagemaker describe-workforce` shows"
            " both",
            id="half of the ids",
        ),
        pytest.param(
            _CREATE + "    allowed_cidrs: [203.0.113.0/24]\n" + _VPC,
            _WORKERS,
            "8: workforce.create.vpc: expected either vpc or allowed_cidrs, got both; Ground Truth"
            " does not filter the addresses of a portal in a VPC",
            id="VPC and ranges",
        ),
        pytest.param(
            _CREATE
            + "    vpc: {id: vpc-0a1b2c3d, subnets: [net-1], security_groups: [sg-0a1b2c3d]}\n",
            _WORKERS,
            "7: workforce.create.vpc.subnets[0]: expected ids of subnets such as subnet-0a1b2c3d,"
            " got 'net-1'",
            id="what is no subnet",
        ),
        pytest.param(
            _CREATE + "    mfa: sometimes\n",
            _WORKERS,
            "7: workforce.create.mfa: expected 'off' or 'required', got 'sometimes'",
            id="second factor",
        ),
        pytest.param(
            _CREATE + "    mfa: optional\n",
            _WORKERS,
            "7: workforce.create.mfa: expected 'off', which changes nothing that is deployed, or"
            " 'required', which lets everybody set up an authenticator app at the next sign-in, got"
            " 'optional', with which nobody can set one up",
            id="second factor that nobody can set up",
        ),
        pytest.param(
            _CREATE + "    password_policy: {minimum_length: 6}\n",
            _WORKERS,
            "7: workforce.create.password_policy.minimum_length: expected a length of 8 to 99"
            " characters, got 6",
            id="short passwords",
        ),
        pytest.param(
            _CREATE + "    invitation: Come to {portal} as {username}\n",
            _WORKERS,
            "7: workforce.create.invitation: expected {password} in the invitation, got none;"
            " without it nobody can log in",
            id="invitation without a password",
        ),
        pytest.param(
            _CREATE + "    invitation: Come to {portal} as {user} with {password}\n",
            _WORKERS,
            "7: workforce.create.invitation: expected in braces one of portal, username, password,"
            " days, organization, support_email, got '{user}'",
            id="unknown place in the invitation",
        ),
        pytest.param(
            _CREATE + "  workers_from: people.csv\n",
            _WORKERS,
            "7: workforce.workers_from: expected the list's place outside of the repository,"
            " s3://bucket/people.csv or the whole ARN of a secret in Secrets Manager, got"
            " 'people.csv'",
            id="a list in the repository",
        ),
        pytest.param(
            _CREATE + "  workers_from: s3://a-bucket/people/*\n",
            _WORKERS,
            "7: workforce.workers_from: expected the list's place outside of the repository,"
            " s3://bucket/people.csv or the whole ARN of a secret in Secrets Manager, got"
            " 's3://a-bucket/people/*'",
            id="a list by any name",
        ),
        pytest.param(
            _CREATE + f"  workers_from: {_PEOPLE.replace('us-east-1', 'eu-west-1')}\n",
            _WORKERS,
            "7: workforce.workers_from: expected a secret in us-east-1, as the environment, got"
            " 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:people-a1B2c3'",
            id="a list in another Region",
        ),
        pytest.param(
            _OIDC + "  workers_from: s3://a-bucket/people.csv\n",
            _GROUPS,
            "13: workforce.workers_from: expected no list of people in a workforce that signs in by"
            " OIDC, got one; its people and their teams are those of your identity provider",
            id="a list beside OIDC",
        ),
        pytest.param(
            _CREATE + "  workers_from_key: arn:aws:kms:us-east-1:111122223333:key/1234abcd\n",
            _WORKERS,
            "7: workforce.workers_from_key: expected workers_from, whose key this is, got none; add"
            " it, or take the key away",
            id="a key without a list",
        ),
        pytest.param(
            _CREATE + "    email_identity: found\n",
            _WORKERS,
            "7: workforce.create.email_identity: expected email_from, the address whose identity is"
            " to be found, got none; add it, or take email_identity away",
            id="an identity of no sender",
        ),
        pytest.param(
            "shared_with: prod\n",
            _WORKERS,
            "4: workforce.shared_with: expected the name of another environment whose file is"
            " right, got 'prod': environments/prod.yaml: expected one of the environments there are"
            " (dev), got 'prod'",
            id="shared with nobody",
        ),
        pytest.param(
            "shared_with: dev\n",
            _WORKERS,
            "4: workforce.shared_with: expected an environment that makes its workforce, by create"
            " or oidc, got 'dev', which has shared_with",
            id="shared with itself",
        ),
    ],
)
def test_a_fault_is_named_with_line_field_value_and_rule(
    workforce: str, people: str, problem: str
) -> None:
    assert _problem(workforce, people) == problem


def test_two_environments_can_t_share_each_other_s_workforce() -> None:
    _write("shared_with: dev\n", name="test")

    problem = _problem("shared_with: test\n")

    assert problem == (
        "4: workforce.shared_with: expected an environment that makes its workforce, by create or"
        " oidc, got 'test', which has shared_with"
    )


def test_an_adopted_workforce_is_adopted_again_and_not_shared() -> None:
    _write(_ADOPT, name="test")

    assert "'test', which has adopt; write the same lines here" in _problem("shared_with: test\n")


def test_a_shared_workforce_is_in_the_same_region() -> None:
    path = _write(_CREATE, name="test")
    path.write_text(path.read_text().replace("us-east-1", "eu-west-1"))

    assert _problem("shared_with: test\n") == (
        "4: workforce.shared_with: expected an environment with the same region as this one,"
        " us-east-1, got 'test' with eu-west-1"
    )


def test_two_environments_of_one_account_do_not_both_make_its_workforce(folder: Path) -> None:
    for name in ("dev", "test"):
        _write(_CREATE, name=name, head='account: "111122223333"\n')

    with pytest.raises(EnvironmentFileError) as raised:
        load_all(folder)

    assert raised.value.problems == (
        "environments/test.yaml: workforce: expected one environment that makes the only private"
        " workforce of account 111122223333 in us-east-1, got 'dev' and 'test'; write"
        " `workforce: {shared_with: dev}` here, with the teams",
    )


@pytest.mark.parametrize("task", ["video-classification", "video-object-detection"])
def test_a_portal_in_a_vpc_shows_no_videos(task: str) -> None:
    job = (
        f"{{films: {{task: {task}, input: in/, labels: [A, B], title: T, description: D, team:"
        " readers, instructions: {short: S}}}"
    )

    problem = _problem(_CREATE + _VPC, jobs=job)

    assert "jobs.films: expected a job that a worker portal in a VPC can show" in problem


def test_an_invitation_is_markdown_with_the_service_s_own_places() -> None:
    body = invitation_mail.body(
        "**{organization}** asks: open [the portal]({portal}), {username}, {password}, {days} days",
        organization="A & B {portal}",
        support_email="a@example.com",
        days=3,
    )

    assert "<strong>A &amp; B &#123;portal&#125;</strong>" in body
    assert '<a href="{portal}"' in body
    assert "{username}, {####}, 3 days" in body


def test_other_braces_of_an_invitation_are_no_places() -> None:
    body = invitation_mail.body(
        "{portal} {username} {password} {{", organization="", support_email="", days=7
    )

    assert body == "<p>{portal} {username} {####} &#123;&#123;</p>"


def test_no_team_has_the_name_of_the_accounts_own_group() -> None:
    path = _write(_CREATE)
    path.write_text(path.read_text().replace("readers:", "workers:"))

    with pytest.raises(EnvironmentFileError) as raised:
        load(path)

    assert list(raised.value.problems) == [
        "environments/dev.yaml:8: workforce.teams.workers: expected another name for this team, got"
        " 'workers'; the group dev-workers keeps the accounts together that this environment has"
        " made"
    ]


def test_with_oidc_there_is_no_such_group() -> None:
    path = _write(_OIDC, _GROUPS)
    path.write_text(path.read_text().replace("readers:", "workers:"))

    assert set(load(path).workforce.teams) == {"workers"}


@pytest.mark.parametrize("source", ["s3://a-bucket/lists/people.csv", _PEOPLE])
def test_with_a_list_teams_need_no_workers_of_their_own(source: str) -> None:
    workforce = _load(
        f"{_CREATE}  workers_from: {source}\n", "notify: [lead@example.com]"
    ).workforce

    assert workforce.workers_from == source
    assert workforce.workers == {}
    assert workforce.subscribed == {"readers": ("lead@example.com",)}


def test_how_many_a_list_names_is_not_known_when_a_job_asks_for_more() -> None:
    job = (
        "{texts: {task: text-classification, input: in/, labels: [A, B], title: T, description: D,"
        " team: readers, workers_per_object: 3, instructions: {short: S}}}"
    )

    load(_write(_CREATE + "  workers_from: s3://a-bucket/people.csv\n", jobs=job))


def _three_teams(people: list[str]) -> str:
    teams = "".join(
        f"\n    team-{team}: {{description: Reads, workers: [{', '.join(people)}]}}"
        for team in ("b", "c")
    )
    return f"workers: [{', '.join(people)}]{teams}"


def test_two_hundred_people_in_three_teams_fit() -> None:
    people = [f"w{number:03}@example.com" for number in range(200)]

    workforce = _load(_CREATE, _three_teams(people)).workforce

    assert sum(map(len, workforce.subscribed.values())) == 300
    assert workforce.not_subscribed == {
        "readers": (),
        "team-b": tuple(people[100:]),
        "team-c": tuple(people),
    }


def test_who_is_added_at_the_end_moves_nobody() -> None:
    people = [f"w{number:03}@example.com" for number in range(100)]
    before = _load(_CREATE, _three_teams(people)).workforce

    after = _load(
        _CREATE,
        f"{_three_teams(people)}\n    last: {{description: Reads, workers: [a@example.com]}}",
    ).workforce

    assert before.not_subscribed == dict.fromkeys(("readers", "team-b", "team-c"), ())
    assert after.subscribed == {**before.subscribed, "last": ()}
    assert after.not_subscribed["last"] == ("a@example.com",)
