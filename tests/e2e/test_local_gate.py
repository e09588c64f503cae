"""Local AWS is its owner's alone: what others of the computer reach, and other sites' pages."""

from __future__ import annotations

import hashlib
import io
import json
import os
import socket
import ssl
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local.aws import LocalAws
from local.inventory import inventory
from local.mailbox import as_json
from tests.e2e.intruder import KNOWN, Attempt, Intruder
from tests.e2e.web_page import Chromium, find_chromium

_FUNCTION: Final = "def handler(event, context):\n    return 'ran'\n"
_TRUST: Final = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
_ANYBODY: Final = {"Statement": [{**_TRUST, "Principal": "*"}]}
_RULE: Final[Any] = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose local AWS it is, and what is there."""

    aws: LocalAws
    pool: str
    function: str
    role: str

    @property
    def key(self) -> Credentials:
        exports = self.aws.exports
        return Credentials(exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"])

    @property
    def calls(self) -> int:
        """How often anybody has been asked for rights."""
        return len(self.aws.call_log.read_text().splitlines())


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    with LocalAws(tmp_path_factory.mktemp("local-aws")) as aws:
        s3 = aws.client("s3")
        for bucket in ("data", "shown"):
            s3.create_bucket(Bucket=bucket)
            s3.put_object(Bucket=bucket, Key="secret.txt", Body=b"the owner's")
        s3.put_bucket_cors(Bucket="shown", CORSConfiguration={"CORSRules": [_RULE]})
        cognito = aws.client("cognito-idp")
        pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
        cognito.create_user_pool_domain(Domain="people", UserPoolId=pool)
        function, role = _run_function(aws.client)
        yield Owner(aws=aws, pool=pool, function=function, role=role)


def _run_function(client: Any) -> tuple[str, str]:
    """Do what makes local AWS run code; return the ARNs of the function and its role."""
    trust = json.dumps({"Statement": [_TRUST]})
    role = client("iam").create_role(RoleName="echo", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("echo.py", _FUNCTION)
    made = client("lambda").create_function(
        FunctionName="echo",
        Runtime="python3.11",
        Handler="echo.handler",
        Role=role,
        Code={"ZipFile": code.getvalue()},
    )
    answer = client("lambda").invoke(FunctionName="echo")
    assert json.load(answer["Payload"]) == "ran"
    return made["FunctionArn"], role


def test_a_bucket_keeps_its_rules_where_s3_refuses_others(owner: Owner) -> None:
    s3 = owner.aws.client("s3")
    rule = {**_RULE, "AllowedOrigins": ["https://*.*"]}

    with pytest.raises(ClientError, match="more than one wildcard"):
        s3.put_bucket_cors(Bucket="shown", CORSConfiguration={"CORSRules": [rule]})

    assert s3.get_bucket_cors(Bucket="shown")["CORSRules"] == [_RULE]


@pytest.fixture
def intruder(owner: Owner) -> Iterator[Intruder]:
    with closing(Intruder(endpoint=owner.aws.endpoint, key=owner.key)) as intruder:
        yield intruder


@pytest.mark.parametrize("attempts", ["on_services", "on_paths", "on_objects"])
def test_another_user_of_the_computer_reaches_nothing(
    owner: Owner, intruder: Intruder, attempts: str
) -> None:
    before = inventory(owner.aws.client)
    calls = owner.calls

    reached = [
        (attempt, status)
        for attempt in getattr(intruder, attempts)()
        for status, headers, _ in [intruder.send(attempt)]
        if status not in (400, 403) or "access-control-allow-origin" in headers
    ]

    assert reached == []
    assert owner.calls == calls
    assert inventory(owner.aws.client) == before


def test_the_login_pages_of_a_pool_let_no_call_through(owner: Owner, intruder: Intruder) -> None:
    before, calls = inventory(owner.aws.client), owner.calls
    port = owner.aws.endpoint.rsplit(":", 1)[1]

    answers = [
        intruder.send(attempt)
        for host in ("people.auth", "nobody.auth", "abcdefghij.labeling")
        for attempt in intruder.on_site(f"{host}.us-east-1.localhost:{port}")
    ]

    assert [answer for answer in answers if answer[0] < 300 or "owner" in answer[2]] == []
    assert owner.calls == calls
    assert inventory(owner.aws.client) == before


def test_nobody_signs_in_by_names_alone(owner: Owner, intruder: Intruder) -> None:
    cognito = owner.aws.client("cognito-idp")
    client = cognito.create_user_pool_client(UserPoolId=owner.pool, ClientName="an app")
    names = {"ClientId": client["UserPoolClient"]["ClientId"], "UserPoolId": owner.pool}
    cognito.admin_create_user(UserPoolId=owner.pool, Username="ana", MessageAction="SUPPRESS")
    before = cognito.admin_get_user(UserPoolId=owner.pool, Username="ana")
    given = {"USERNAME": "ana", "NEW_PASSWORD": "Guessed-123456", "ANSWER": "x", "PASSWORD": "x"}
    model = cognito.meta.service_model
    challenges = model.shape_for("ChallengeNameType").enum
    flows = model.shape_for("AuthFlowType").enum
    # MiniStack does not compare the session that a sign-in goes on with.
    asked = [
        *(
            ("RespondToAuthChallenge", {"ChallengeName": each, "ChallengeResponses": given, **more})
            for each in challenges
            for more in ({}, {"Session": "s" * 40})
        ),
        *(("InitiateAuth", {"AuthFlow": each, "AuthParameters": given}) for each in flows),
        *((each, {"Username": "ana", "Password": "x"}) for each in model.operation_names),
    ]

    answers = [
        (operation, *intruder.send(_cognito(operation), json.dumps({**names, **body})))
        for operation, body in asked
    ]

    # These two end a session, if what comes is one's token; a sign-in begins for everybody.
    harmless = ("GlobalSignOut", "RevokeToken")
    assert [
        (operation, text)
        for operation, status, _, text in answers
        if "AuthenticationResult" in text
        or (status == 200 and operation not in ("InitiateAuth", *harmless))
    ] == []
    after = cognito.admin_get_user(UserPoolId=owner.pool, Username="ana")
    assert after["UserStatus"] == before["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert after["UserLastModifiedDate"] == before["UserLastModifiedDate"]


@pytest.mark.parametrize(
    ("operation", "method"),
    [("get_object", "GET"), ("put_object", "PUT"), ("create_multipart_upload", "POST")],
)
@pytest.mark.parametrize(
    "form",
    [
        f"Action=CreateRole&RoleName=evil&AssumeRolePolicyDocument={quote(json.dumps(_ANYBODY))}",
        "Action=CreateVpc&CidrBlock=10.9.0.0/16",
        "Action=GetSessionToken",
        "Action=ListMetrics",
    ],
)
def test_the_url_of_an_object_is_for_that_object_whatever_its_body_says(
    owner: Owner, intruder: Intruder, operation: str, method: str, form: str
) -> None:
    place = {"Bucket": "shown", "Key": "given.txt"}
    url = owner.aws.client("s3").generate_presigned_url(operation, Params=place)
    before, calls = inventory(owner.aws.client), owner.calls
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    target = url.removeprefix(owner.aws.endpoint)

    answer = intruder.send(Attempt(what=form, method=method, target=target, headers=headers), form)

    asked = [json.loads(line) for line in owner.aws.call_log.read_text().splitlines()[calls:]]
    assert {call["action"].partition(":")[0] for call in asked} == {"s3"}, answer
    assert inventory(owner.aws.client) == before


@pytest.mark.parametrize("key", [*KNOWN, None])
def test_another_user_makes_no_role_and_runs_no_function(
    owner: Owner, key: tuple[str, str] | None
) -> None:
    names = key or ("any", "any")
    session = boto3.Session(*names, region_name="us-east-1")
    config = Config(signature_version=None if key else UNSIGNED)

    def client(service: str) -> Any:
        untyped: Any = session
        return untyped.client(
            service,
            endpoint_url=owner.aws.endpoint,
            verify=str(owner.aws.ca_bundle),
            config=config,
        )

    with pytest.raises(ClientError) as refusal:
        _run_function(client)

    status = refusal.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert status == 403
    with pytest.raises(ClientError):
        client("lambda").invoke(FunctionName="echo")


def test_the_key_of_a_function_does_not_follow_from_its_name(owner: Owner) -> None:
    # As MiniStack 1.5.33 makes them, core/lambda_runtime.py.
    digest = hashlib.sha256(f"{owner.function}:{owner.role}".encode()).hexdigest()
    secret, token = (
        hashlib.sha256(f"{name}:{digest}".encode()).hexdigest() for name in ("secret", "token")
    )

    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        _who(owner, f"ASIA{digest[:16].upper()}", secret, token)


def test_a_user_s_key_signs_while_it_is_active_and_a_session_s_with_its_token(
    owner: Owner,
) -> None:
    iam = owner.aws.client("iam")
    iam.create_user(UserName="bo")
    made = iam.create_access_key(UserName="bo")["AccessKey"]
    key = made["AccessKeyId"], made["SecretAccessKey"]
    given = owner.aws.client("sts").get_session_token()["Credentials"]
    session = given["AccessKeyId"], given["SecretAccessKey"]

    assert _who(owner, *key).endswith(":user/bo")
    assert _who(owner, *session, given["SessionToken"]).endswith(":root")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        _who(owner, *session)
    iam.update_access_key(UserName="bo", AccessKeyId=key[0], Status="Inactive")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        _who(owner, *key)


def _who(owner: Owner, key: str, secret: str, token: str | None = None) -> str:
    """Return the ARN of whoever signs with a key."""
    sts = boto3.Session(key, secret, token, "us-east-1").client(
        "sts", endpoint_url=owner.aws.endpoint, verify=str(owner.aws.ca_bundle)
    )
    return str(sts.get_caller_identity()["Arn"])


def test_a_request_whose_line_has_our_name_and_whose_host_has_not_is_refused(owner: Owner) -> None:
    port = int(owner.aws.endpoint.rsplit(":", 1)[1])
    tls = ssl.create_default_context(cafile=str(owner.aws.ca_bundle))
    place = owner.aws.mailbox
    for host in ("rebound.example", f"rebound.example:{port}", "localhost", f"127.0.0.1:{port}1"):
        plain = socket.create_connection(("127.0.0.1", port))
        with tls.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            line = f"GET {place} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            connection.sendall(line.encode())
            answer = connection.recv(65536)
        assert answer.split(b"\r\n", 1)[0].split()[1] in (b"400", b"403"), host


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux lists sockets there")
def test_there_is_no_other_way_in_than_the_one_port(owner: Owner) -> None:
    port = int(owner.aws.endpoint.rsplit(":", 1)[1])
    listening = {
        int(fields[9]): fields[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if (fields := line.split())[3] == "0A"
    }
    processes = [
        entry for entry in Path("/proc").iterdir() if entry.name.isdecimal() and _in(owner, entry)
    ]

    open_by_us = {
        listening[number]
        for process in processes
        for number in _sockets(process)
        if number in listening
    }

    assert len(processes) > 1
    assert open_by_us == {f"0100007F:{port:04X}"}


def _in(owner: Owner, process: Path) -> bool:
    try:
        return os.getpgid(int(process.name)) == owner.aws.pid
    except ProcessLookupError:
        return False


def _sockets(process: Path) -> Iterator[int]:
    for each in (process / "fd").iterdir():
        target = str(each.readlink())
        if target.startswith("socket:["):
            yield int(target[8:-1])


def test_nobody_else_reads_what_it_writes(owner: Owner) -> None:
    folder = owner.aws.state

    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        # The authority's certificate is for everybody, if they came so far.
        assert path.is_symlink() or mode & 0o077 == 0 or path.suffix in (".pem", ".log"), path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "server.key").stat().st_mode) == 0o600


def test_each_start_has_other_keys(owner: Owner, tmp_path: Path) -> None:
    folder = tmp_path / "of all"
    folder.mkdir(mode=0o755)
    aws = LocalAws(folder)
    seen = []
    for _ in range(2):
        with aws:
            seen.append((aws.exports["AWS_SECRET_ACCESS_KEY"], aws.mailbox))
            assert aws.client("s3").list_buckets()["Buckets"] == []
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    assert len({secret for secret, _ in seen} | {owner.key.secret_key}) == 3
    assert len({box.partition("key=")[2] for _, box in seen}) == 2


@pytest.mark.skipif(
    find_chromium() is None and "CI" not in os.environ, reason="this computer has no Chromium"
)
def test_a_web_page_that_may_use_the_certificate_reaches_nothing(
    owner: Owner, intruder: Intruder, tmp_path: Path
) -> None:
    s3 = owner.aws.client("s3")
    shown, closed = (
        s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "secret.txt"})
        for bucket in ("shown", "data")
    )
    attempts = [*_of_a_page(owner), *intruder.on_objects(), *_own_paths(intruder)]
    before, calls = inventory(owner.aws.client), owner.calls

    with Chromium(tmp_path, owner.aws) as browser:
        visits = browser.visit(attempts, {"shown": shown, "closed": closed})
    called = owner.calls - calls

    # Another name, and this very one at another port, each in a sandbox too.
    origins = [browser.elsewhere, browser.beside, "null", "null"]
    assert sorted(visit.origin for visit in visits) == sorted(origins)
    for visit in visits:
        # The browser came through, and the bucket's rules hold for every origin.
        assert visit.read == {"shown": "the owner's"}, visit.origin
        assert visit.sent == len(attempts) + 2
    assert called == 2 * len(visits)  # both objects, of which one shows its content
    assert inventory(owner.aws.client) == before


def _of_a_page(owner: Owner) -> Iterator[Attempt]:
    """Yield what a page can send without asking first, or knows from elsewhere."""
    trust = quote(json.dumps({"Statement": [_TRUST]}))
    role = f"Action=CreateRole&RoleName=evil&AssumeRolePolicyDocument={trust}&Version=2010-05-08"
    for line in (
        *(f"POST /?{role}&{_credential(name, 'iam')}" for name, _ in KNOWN),
        f"POST /?{role}",
        *(f"POST /2015-03-31/functions?{_credential(name, 'lambda')}" for name, _ in KNOWN),
        f"GET /data/secret.txt?{_credential('test', 's3')}",
        "POST /_ministack/reset",
        "POST /_ministack/config",
        # Even with its address.
        f"GET {owner.aws.mailbox.removeprefix(owner.aws.endpoint)}",
        f"GET {as_json(owner.aws.mailbox).removeprefix(owner.aws.endpoint)}",
        # Served unsigned to programs.
        f"GET /{owner.pool}/.well-known/jwks.json",
        f"GET /{owner.pool}/.well-known/openid-configuration",
        "PUT /_ministack/cfn-response/0d6f7f5e-1c5a-4d6e-9a4b-3b1f0e8c7d21",
    ):
        method, _, target = line.partition(" ")
        yield Attempt(what="page", method=method, target=target, headers={})
    yield _cognito("InitiateAuth")


def _cognito(operation: str) -> Attempt:
    """Return a call of Cognito without a signature."""
    target = f"AWSCognitoIdentityProviderService.{operation}"
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    return Attempt(what=operation, method="POST", target="/", headers=headers)


def _own_paths(intruder: Intruder) -> Iterator[Attempt]:
    """Yield attempts on what is no service of AWS's, as a page can make them."""
    for each in intruder.on_paths():
        if each.method in ("GET", "POST") and each.target.startswith("/_") and not each.headers:
            yield each


def _credential(name: str, service: str) -> str:
    return f"X-Amz-Credential={name}/20260101/us-east-1/{service}/aws4_request"
