"""The command as a process: Pythons, pipes, signals, terminals and what it starts."""

import ast
import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_COMMAND = [sys.executable, "-m", "cli.main"]
#: Without anybody's credentials: a deployment asks AWS whether there are policies.
_NO_ACCOUNT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
#: Says how it was called, then does what a test wants.
_CDK = """\
#!/bin/sh
echo "cdk $*" in "$PWD"
echo "to be read" >&2
touch started
for word; do
    case $word in --outputs-file=*) echo '{"dev-Data": {"Name": "b"}}' > "${word#*=}" ;; esac
done
test -z "$PATIENCE" || exec sleep "$PATIENCE"
exit "$STATUS"
"""
#: Stops the process as Ctrl-C does, at a moment of its work.
_INTERRUPTED = """\
import os, signal, sys
sys.argv = ["ground-truth", *{arguments}]
def stop(event, arguments):
    if event == "{event}" and any({end!r} in str(each) for each in arguments):
        os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(stop)
from cli.main import main
main()
"""


def _content(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "__pycache__" not in path.parts}


@pytest.fixture
def cdk(checkout: Path) -> Path:
    """Give a checkout whose node_modules has a CDK CLI of the test's."""
    file = checkout / "node_modules" / ".bin" / "cdk"
    file.parent.mkdir(parents=True)
    file.write_text(_CDK)
    file.chmod(0o755)
    return checkout


def _run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # this interpreter
        [*_COMMAND, *arguments],
        cwd=folder,
        env={**_NO_ACCOUNT, "PATIENCE": "", "STATUS": "0", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("output", "status", "words"),
    [
        (">&-", 0, ""),
        (">&- 2>&-", 0, ""),
        (">/dev/full", 1, "validate: the output can't be written: No space left on device\n"),
    ],
)
def test_where_nothing_can_be_written_there_is_no_trace(
    folder: Path, output: str, status: int, words: str
) -> None:
    done = subprocess.run(  # noqa: S603  # a shell closes outputs
        ["/bin/sh", "-c", f"{shlex.join([*_COMMAND, 'validate'])} {output}"],
        cwd=folder,
        env=_NO_ACCOUNT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == status
    assert done.stderr.endswith(words)
    assert "Traceback" not in done.stderr


def test_any_python_3_can_read_the_file_that_looks_at_its_version() -> None:
    for file in ("__init__.py", "main.py"):
        ast.parse((_ROOT / "cli" / file).read_text(), feature_version=(3, 6))


def test_a_python_that_is_too_old_says_so_in_a_sentence() -> None:
    program = "import sys; sys.version_info = (3, 10, 2); from cli.main import main; main()"

    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", program], cwd=_ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith("ground-truth: expected Python 3.11 or newer, got 3.")
    assert len(done.stderr.splitlines()) == 1


def test_a_python_without_the_packages_says_where_they_are() -> None:
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    done = subprocess.run(  # this interpreter, without its packages
        [sys.executable, "-S", "-m", "cli.main", "validate"],
        cwd=_ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == (
        f"ground-truth: expected the packages of .venv, but {sys.executable} has no typer; run"
        " `make setup`, then `.venv/bin/ground-truth`\n"
    )


def test_the_app_without_its_packages_says_what_to_do_in_a_sentence() -> None:
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    done = subprocess.run(  # this interpreter, without its packages
        [sys.executable, "-S", "app.py"],
        cwd=_ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == (
        "app.py: run `make setup`, then `. .venv/bin/activate`, and try again:"
        f" {sys.executable} has no aws_cdk\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["deploy", "--help"], ["validate"], ["validate", "--json"], ["nothing", "--json"]],
    ids=" ".join,
)
def test_a_pipe_that_nobody_reads_ends_it_without_a_trace(
    folder: Path, arguments: list[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(  # noqa: S603  # this interpreter
        [*_COMMAND, *arguments], cwd=folder, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)

    assert done.returncode == 128 + signal.SIGPIPE
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("arguments", "event", "end"),
    [
        (["validate"], "open", "dev.yaml"),
        (["new", "stage", "--task", "custom"], "open", "stage.yaml"),
        (["plan"], "subprocess.Popen", "git"),
        (["workers", "dev"], "socket.connect", ""),
        (["doctor", "dev"], "socket.connect", ""),
        (["deploy", "dev"], "subprocess.Popen", "cdk"),
        (["drift", "dev"], "socket.connect", ""),
        (["destroy", "dev", "--yes"], "subprocess.Popen", "cdk"),
        (["demo"], "subprocess.Popen", "local.server"),
        (["audit"], "import", "cdklabs"),
        (["test-aws", "dev"], "socket.connect", ""),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_ctrl_c_ends_a_verb_with_a_line_and_leaves_nothing_half_made(
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    arguments: list[str],
    event: str,
    end: str,
) -> None:
    temporary = tmp_path_factory.mktemp("temporary")
    # One that can ask is a terminal.
    ours, theirs = pty.openpty()
    before = _content(folder), _content(_ROOT / ".local")
    program = _INTERRUPTED.format(arguments=arguments, event=event, end=end)

    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", program],
        cwd=folder,
        env={
            **_NO_ACCOUNT,
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "TMPDIR": str(temporary),
        },
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    for each in (ours, theirs):
        os.close(each)

    (last,) = (line for line in done.stderr.splitlines() if line.startswith("ground-truth"))
    assert done.returncode == 130
    assert last.startswith(f"ground-truth {arguments[0]}: stopped")
    assert "Traceback" not in done.stderr
    assert (_content(folder), _content(_ROOT / ".local")) == before
    assert list(temporary.iterdir()) == []


def test_ctrl_c_ends_the_cdk_command_too(cdk: Path) -> None:
    process = subprocess.Popen(  # noqa: S603  # this interpreter
        [*_COMMAND, "deploy", "dev"],
        cwd=cdk,
        env={**_NO_ACCOUNT, "PATIENCE": "60"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (cdk / "started").exists():
        assert process.poll() is None
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)
    # Ends when nobody is left who could write.
    _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert said.endswith(
        "ground-truth deploy: stopped: if CloudFormation has begun something, it goes on\n"
    )


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("deploy", "cdk deploy dev/* --context=environment=dev --require-approval=never"),
        ("destroy --yes", "cdk destroy dev/* --context=environment=dev --force"),
    ],
)
def test_cdk_runs_at_the_root_and_its_status_is_the_command_s(
    cdk: Path, verb: str, words: str
) -> None:
    name, *options = verb.split()

    done = _run(cdk / "environments", name, "dev", *options, STATUS="7", PYTHONPATH=_path(cdk))

    assert done.returncode == 7
    assert done.stdout.startswith(words)
    assert done.stdout.endswith(f" in {cdk}\n")
    assert done.stderr.endswith("to be read\n")


def _path(checkout: Path) -> str:
    """Return the import path that an editable installation of the checkout would have."""
    return os.pathsep.join([str(checkout), str(checkout / "lambda")])


def test_json_of_a_deployment_has_the_outputs_and_cdk_s_words_go_to_standard_error(
    cdk: Path,
) -> None:
    done = _run(cdk, "deploy", "dev", "--json")

    assert json.loads(done.stdout) == {
        "exit_code": 0,
        "error": None,
        "environment": "dev",
        "outputs": {"dev-Data": {"Name": "b"}},
    }
    assert done.stderr.startswith("cdk deploy")


def test_json_of_what_cdk_could_not_do_has_its_status(cdk: Path) -> None:
    done = _run(cdk, "destroy", "dev", "--yes", "--json", STATUS="1")

    assert json.loads(done.stdout)["exit_code"] == done.returncode == 1


def test_without_node_modules_it_says_what_installs_them(checkout: Path) -> None:
    done = _run(checkout, "deploy", "dev", PATH="/nowhere")

    assert done.returncode == 1
    assert done.stderr.endswith(
        "expected the CDK CLI in node_modules, got none; run `make setup`\n"
    )


def test_without_the_sdk_of_cdk_s_functions_the_demo_says_what_installs_it(checkout: Path) -> None:
    done = _run(checkout, "demo", PYTHONPATH=os.pathsep.join([_path(checkout), str(_ROOT)]))

    assert done.returncode == 1
    assert done.stderr == (
        f"ground-truth demo: run `make demo` in {checkout}, which installs what this verb needs;"
        " expected node_modules/@aws-sdk/client-s3, got none\n"
    )


def test_where_nobody_can_be_asked_nothing_is_destroyed(cdk: Path) -> None:
    done = _run(cdk, "destroy", "dev")

    assert done.returncode == 1
    assert "expected --yes where nobody can be asked; nothing was destroyed" in done.stderr
    assert not (cdk / "started").exists()


def test_json_of_a_refusal_to_destroy_says_that_all_stays(cdk: Path) -> None:
    done = _run(cdk, "destroy", "dev", "--json")

    assert json.loads(done.stdout) == {
        "exit_code": 1,
        "error": "expected --yes where nobody can be asked; nothing was destroyed",
        "environment": "dev",
        "stays": ["Data", "Workforce", "Labeling"],
    }


@pytest.mark.parametrize(
    ("answer", "status", "started"),
    [("dev\n", 0, True), ("de\n", 1, False), ("\n", 1, False), ("\x04", 1, False)],
    ids=["the name", "another name", "nothing", "end of input"],
)
def test_destroy_asks_for_the_name(cdk: Path, answer: str, status: int, *, started: bool) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())

    done = subprocess.run(  # noqa: S603  # this interpreter
        [*_COMMAND, "destroy", "dev"],
        cwd=cdk,
        env={**_NO_ACCOUNT, "PATIENCE": "", "STATUS": "0"},
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    for each in (ours, theirs):
        os.close(each)

    assert done.returncode == status
    assert "goes   dev/Data: the buckets, labels included" in done.stderr
    assert (cdk / "started").exists() is started


def test_of_a_protected_environment_only_the_jobs_are_destroyed(cdk: Path) -> None:
    file = cdk / "environments" / "dev.yaml"
    file.write_text(file.read_text().replace("protected: false", "protected: true"))

    done = _run(cdk, "destroy", "dev", "--yes")

    assert done.returncode == 0
    assert done.stdout.startswith("cdk destroy dev/Labeling ")
    assert "stays  dev/Data, with all labels: the environment is protected" in done.stderr


@pytest.mark.parametrize(
    ("variables", "is_coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_is_the_terminal_s(
    folder: Path, variables: dict[str, str], *, is_coloured: bool
) -> None:
    ours, theirs = pty.openpty()

    subprocess.run(  # noqa: S603  # this interpreter
        [*_COMMAND, "validate"],
        cwd=folder,
        env={**_NO_ACCOUNT, "TERM": "xterm", **variables},
        stdout=theirs,
        check=True,
    )
    os.close(theirs)

    assert (b"\x1b[" in os.read(ours, 10_000)) is is_coloured
    os.close(ours)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("", "sign in to the account in this shell (`aws sso login`, or AWS_PROFILE=…): "),
        ("protected: true", "expected `protected: false` in environments/dev.yaml, since"),
    ],
)
def test_what_keeps_a_test_from_aws_is_said_in_a_line(
    folder: Path, change: str, words: str
) -> None:
    file = folder / "environments" / "dev.yaml"
    file.write_text(file.read_text().replace("protected: false", change or "protected: false"))
    # One that can ask is a terminal.
    ours, theirs = pty.openpty()

    done = subprocess.run(  # noqa: S603  # this interpreter
        [*_COMMAND, "test-aws", "dev"],
        cwd=folder,
        env=_NO_ACCOUNT,
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    for each in (ours, theirs):
        os.close(each)

    (said,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert said.startswith(f"ground-truth test-aws: {words}")


@pytest.mark.parametrize(
    ("verb", "package", "command"),
    [
        ("demo", "trustme", "make demo"),
        ("demo --keep", "trustme", "make demo KEEP=1"),
        ("audit", "cdklabs", "make setup AUDIT=1"),
        ("test-aws dev", "pytest", "make setup AUDIT=1"),
    ],
)
def test_a_verb_whose_packages_are_not_there_says_what_installs_them(
    folder: Path, verb: str, package: str, command: str
) -> None:
    ours, theirs = pty.openpty()
    program = (
        f"import sys; sys.argv = ['', *{verb.split()}]; sys.modules[{package!r}] = None\n"
        "from cli.main import main; main()"
    )

    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", program],
        cwd=folder,
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    for each in (ours, theirs):
        os.close(each)

    assert done.returncode == 1
    assert f": run `{command}` in {_ROOT}, which installs what this verb needs;" in done.stderr
    assert "Traceback" not in done.stderr
