"""Whatever an environment file says, it is read within bounds, and so is what it names."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.plan.approvals import load_approvals
from ground_truth.config import EnvironmentFileError, load
from ground_truth.config.custom_task import check_function
from ground_truth.config.section import ValidationContext
from ground_truth.templates.custom_template import custom_template
from ground_truth.validators.custom_function import check_handler

_GOOD = """\
region: us-east-1
protected: false
workforce:
  create:
    organization: Example Labs
    support_email: labeling@example.com
  teams:
    number-readers:
      description: Reads numbers
      workers: [ana@example.com]
jobs:
  receipts:
    task: custom
    data: image
    input: Receipts/
    template: templates/receipt.html
    pre_annotation: functions/receipt
    title: What is the total?
    description: Type the total.
    team: number-readers
"""
_PAGE = (
    '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>\n'
    '<crowd-form><crowd-input name="total"></crowd-input></crowd-form>\n'
)
_REVIEWS = "\n".join(f"  job{number}: {{verify: job{number - 1}}}" for number in range(500))


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a repository with a template and a function, beside which there is a secret."""
    root = tmp_path / "repository"
    for folder in ("environments", "templates", "functions/receipt", "functions/shared"):
        (root / folder).mkdir(parents=True)
    (root / "cdk.json").touch()
    (root / "templates" / "receipt.html").write_text(_PAGE)
    (root / "functions" / "receipt" / "handler.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "handler.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "secret" / "page.html").write_text(_PAGE)
    monkeypatch.chdir(root)
    return root


def _problems(content: str | bytes) -> tuple[str, ...]:
    """Return what is wrong with a file, each without the file's name; nothing if it loads."""
    path = Path("environments", "dev.yaml")
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        load(path)
    except EnvironmentFileError as error:
        problems = error.problems
    else:
        problems = ()
    assert all(each.startswith("environments/dev.yaml:") for each in problems)
    return tuple(each.removeprefix("environments/dev.yaml:") for each in problems)


def _with(old: str, new: str) -> tuple[str, ...]:
    assert old in _GOOD
    return _problems(_GOOD.replace(old, new, 1))


def test_the_file_of_these_tests_is_right() -> None:
    assert _problems(_GOOD) == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            f"a: &a [{'x, ' * 200}]\nb: [{'*a, ' * 200}]\n",
            "2: expected at most 20,000 values, those of aliases too, got more; shorten the file",
            id="aliases of many values",
        ),
        pytest.param(
            "".join(
                f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" if at else "a0: &a0 [x]\n"
                for at in range(40)
            ),
            "6: expected at most 20,000 values, those of aliases too, got more; shorten the file",
            id="aliases of aliases",
        ),
        pytest.param(
            f"a: &a {'[' * 30}{']' * 30}\nb: {'[' * 30}*a{']' * 30}\n",
            "2: expected at most 50 levels, those of aliases too, got more; shorten the file",
            id="aliases in each other",
        ),
        pytest.param(
            f"a: [{'x,' * 20_000}]",
            "1: expected at most 20,000 values, got more; shorten the file",
            id="many values",
        ),
        pytest.param(
            _GOOD + "".join(f"k{number}: v\n" for number in range(1_001)),
            "1: expected at most 1,000 keys, got more; shorten the file",
            id="many unknown keys",
        ),
        pytest.param(
            _GOOD + "region: mars\n" * 500,
            "21: expected each key once, got 'region' again, which is in line 1 already",
            id="one key again and again",
        ),
        pytest.param(
            f"a: {'x' * 100_001}",
            "1: expected at most 100,000 characters, got more; shorten the file",
            id="a long text",
        ),
        pytest.param(
            "#" * 500_001,
            " expected a file, got a file of more than 500,000 bytes",
            id="a long file",
        ),
        pytest.param(
            f"{_GOOD}{_REVIEWS}\n",
            "11: jobs: expected at most 33 jobs, whose outputs one stack can hold, got 501; put"
            " some of them into another environment",
            id="jobs that review each other in a long row",
        ),
        pytest.param(
            f"%YAML 1.{'1' * 5_000}\n---\na: b\n",
            "1: expected YAML, got a number that is none: Exceeds the limit (4300 digits) for"
            " integer string conversion: value has 5000 digits; use sys.set_int_max_str_digits() to"
            " increase the limit",
            id="a version of many digits",
        ),
        pytest.param(
            'a: "\\UFFFFFFFF"',
            "1: expected YAML, got a number that is none: Python int too large to convert to C int",
            id="an escape that is no character",
        ),
    ],
)
def test_what_nobody_writes_is_one_sentence(text: str, problem: str) -> None:
    assert _problems(text) == (problem,)


def test_an_alias_within_the_bounds_stands_for_what_it_names_again_and_again() -> None:
    aliases = ", ".join(["*ana"] * 50)
    text = _GOOD.replace("[ana@example.com]", f"[&ana ana@example.com, {aliases}]")

    (problem,) = _problems(text)

    assert problem.startswith(
        "10: workforce.teams.number-readers.workers[1]: expected each address"
    )


def test_of_many_mistakes_the_first_are_said_and_how_many_more_there_are() -> None:
    problems = _problems(_GOOD + "".join(f"k{number}: v\n" for number in range(900)))

    assert len(problems) == 51
    assert problems[0].startswith("21: k0: expected one of the keys region, ")
    assert problems[49].startswith("70: k49: ")
    assert problems[50] == " 850 more; correct these first"


def test_flaws_are_counted_too() -> None:
    problems = _problems("".join(f"k{number}: !x v\n" for number in range(900)))

    assert len(problems) == 51
    assert problems[50] == " 850 more; correct these first"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"{'k' * 1_000}: v\n", f"21: '{'k' * 59}… (1002 characters): expected one of the keys "),
        ('"a\\n::error::b": v\n', "21: 'a\\n::error::b': expected one of the keys "),
        ('"a\\e[31mb": v\n', "21: 'a\\x1b[31mb': expected one of the keys "),
        ('"\\u202ea": v\n', "21: '\\u202ea': expected one of the keys "),
    ],
)
def test_a_key_that_is_no_word_is_shown_as_a_text(text: str, problem: str) -> None:
    (said,) = _problems(_GOOD + text)

    assert said.startswith(problem)
    assert said.isprintable()
    assert len(said) < 1_100


@pytest.mark.parametrize("text", [f"a: !{'x' * 50_000} b\n", f"a: *{'x' * 50_000}\n"])
def test_a_message_is_never_long(text: str) -> None:
    (problem,) = _problems(_GOOD + text)

    assert len(problem) < 1_100


@given(content=st.binary(max_size=60) | st.text("&*a![]{}:,-? \n'\"%|>#\\xU9").map(str.encode))
def test_any_bytes_are_an_environment_or_its_mistakes(content: bytes) -> None:
    Path("environments/dev.yaml").write_bytes(content)

    with pytest.raises(EnvironmentFileError):
        load(Path("environments/dev.yaml"))


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link(to: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(to)


_NO_FILES = [
    pytest.param(_pipe, "got a device", id="a pipe"),
    pytest.param(Path.mkdir, "got a folder", id="a folder"),
    pytest.param(_link("loop"), "can't be read", id="a link to a link"),
]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(_pipe, "expected a file, got a device", id="a pipe"),
        pytest.param(Path.mkdir, "expected a file, got a folder", id="a folder"),
        pytest.param(_link("/dev/zero"), "got a link out of it; copy the file", id="a device"),
        pytest.param(_link("/proc/self/environ"), "got a link out of it", id="a process's secrets"),
        pytest.param(_link("../../secret/page.html"), "got a link out of it", id="a file outside"),
    ],
)
@pytest.mark.parametrize("name", ["dev", "dev.approvals"])
def test_an_environment_is_a_file_of_the_repository(
    make: Callable[[Path], None], said: str, name: str
) -> None:
    path = Path("environments", f"{name}.yaml")
    make(path)

    with pytest.raises(EnvironmentFileError) as raised:
        load(path) if name == "dev" else load_approvals(path.parent, "dev")

    (problem,) = raised.value.problems
    assert problem.startswith(f"environments/{name}.yaml: expected a file")
    assert said in problem


def test_an_environment_may_be_a_link_within_the_repository(root: Path) -> None:
    (root / "shared.yaml").write_text(_GOOD)
    (root / "environments" / "dev.yaml").symlink_to("../shared.yaml")

    assert load(root / "environments" / "dev.yaml").name == "dev"


def test_approvals_have_the_bounds_of_environments() -> None:
    text = f"a: &a [{'x, ' * 200}]\nb: [{'*a, ' * 200}]\n"
    Path("environments/dev.approvals.yaml").write_text(text)

    with pytest.raises(EnvironmentFileError, match="expected at most 20,000 values"):
        load_approvals(Path("environments"), "dev")


@pytest.mark.parametrize(
    "place",
    [
        "../../../etc/passwd",
        "../secret",
        "../secret/page.html",
        "/proc/self/environ",
        "/etc/passwd",
        "templates/../../secret/page.html",
        "outside",
        "outside/page.html",
        "loop",
        "environments/\0",
        "~/../..",
        "x/" * 3_000 + "../" * 4_000,
    ],
)
@pytest.mark.parametrize("key", ["template", "pre_annotation"])
def test_a_place_outside_of_the_repository_is_not_looked_at(
    root: Path, key: str, place: str
) -> None:
    (root / "outside").symlink_to("../secret")
    (root / "loop").symlink_to("loop")
    right = {"template": "templates/receipt.html", "pre_annotation": "functions/receipt"}[key]

    (problem,) = _with(f"{key}: {right}", f'{key}: "{place}"'.replace("\0", "\\0"))

    line = {"template": 16, "pre_annotation": 17}[key]
    assert problem.startswith(f"{line}: jobs.receipts.{key}: expected ")
    assert "to a place in this repository, links followed, got" in problem


def test_a_place_may_lead_through_links_and_folders_of_the_repository(root: Path) -> None:
    (root / "pages").symlink_to("templates")

    assert _with("templates/receipt.html", "environments/../pages/receipt.html") == ()


def test_a_repository_is_the_folder_with_cdk_json_above(root: Path) -> None:
    (root / "europe" / "environments").mkdir(parents=True)
    path = root / "europe" / "environments" / "dev.yaml"
    path.write_text(_GOOD.replace("templates/", "../templates/").replace(": func", ": ../func"))

    assert load(path).name == "dev"


@pytest.mark.parametrize(("make", "said"), _NO_FILES)
def test_what_is_no_file_is_no_template(
    root: Path, make: Callable[[Path], None], said: str
) -> None:
    path = root / "loop"
    make(path)

    with pytest.raises(ValueError, match=said):
        custom_template(path, names=None)


@pytest.mark.parametrize(("make", "said"), _NO_FILES)
def test_what_is_no_file_is_no_handler(root: Path, make: Callable[[Path], None], said: str) -> None:
    (root / "loop.d").mkdir()
    path = root / "loop.d" / "handler.py"
    if said == "can't be read":
        path.symlink_to("handler.py")
    else:
        make(path)

    with pytest.raises(ValueError, match=said):
        check_handler(root / "loop.d")


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(b"-" * 200_000 + b"1", id="nested too deeply"),
        pytest.param(b"(" * 10_000, id="open brackets"),
        pytest.param(b"x = '\0'", id="NUL"),
        pytest.param(b"\xff", id="no UTF-8"),
    ],
)
def test_python_that_python_can_t_read_is_no_handler(root: Path, source: bytes) -> None:
    (root / "handler.py").write_bytes(source)

    with pytest.raises(ValueError, match="expected Python"):
        check_handler(root)


def test_a_handler_of_many_names_shows_some(root: Path) -> None:
    (root / "handler.py").write_text("".join(f"a{at} = 1\n" for at in range(5_000)))

    with pytest.raises(ValueError, match=r"got a0, .*, …; name it handler") as raised:
        check_handler(root)

    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_link("../../../secret/handler.py"), "leads out of it; copy the file"),
        (_link("../../../secret"), "leads out of it; copy the file"),
        (_link("/dev/zero"), "leads out of it; copy the file"),
        (_link("."), "expected a link that ends, got one to where it stands"),
        (_link(".."), "expected a link that ends, got one to where it stands"),
        (_pipe, "expected files and folders, got a device; remove it"),
    ],
)
def test_nothing_from_outside_is_packed_with_a_function(
    root: Path, make: Callable[[Path], None], said: str
) -> None:
    make(root / "functions" / "receipt" / "more")

    with pytest.raises(ValueError, match=said):
        check_function("functions/receipt", ValidationContext(root=root))


def test_nothing_from_outside_is_packed_by_a_link_to_a_folder_that_has_one(root: Path) -> None:
    (root / "functions" / "receipt" / "shared").symlink_to("../shared")
    (root / "functions" / "shared" / "secret").symlink_to("../../../secret")

    with pytest.raises(ValueError, match="leads out of it"):
        check_function("functions/receipt", ValidationContext(root=root))


def test_a_function_may_share_files_of_the_repository(root: Path) -> None:
    (root / "functions" / "shared" / "sums.py").touch()
    (root / "functions" / "receipt" / "shared").symlink_to("../shared")
    (root / "functions" / "receipt" / "sums.py").symlink_to("../shared/sums.py")

    assert check_function("functions/receipt", ValidationContext(root=root)) == "functions/receipt"


def test_a_folder_that_lambda_does_not_take_is_refused(root: Path) -> None:
    with (root / "functions" / "receipt" / "model.bin").open("wb") as file:
        file.truncate(251 * 1024 * 1024)  # a hole, which takes no room

    with pytest.raises(ValueError, match="expected at most 10,000 files with 262,144,000 bytes"):
        check_function("functions/receipt", ValidationContext(root=root))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("{{" * 1_001, "1: expected at most 1,000 of Liquid's tags, got 1,001; make the page of"),
        ("<a" * 5_001, "1: expected at most 5,000 of HTML's tags, got 5,001; make the page of"),
        (
            f"{{% if {'(' * 2_001} %}}",
            "1: expected at most 2,000 characters in a tag of Liquid, got 2,008; close it",
        ),
        ("x" * 512_001, " expected a worker template, got a file of more than 512,000 bytes"),
    ],
)
def test_a_template_that_parsers_take_minutes_for_is_refused(
    root: Path, page: str, said: str
) -> None:
    path = root / "page.html"
    path.write_text(page)

    with pytest.raises(ValueError, match="expected") as raised:
        custom_template(path, names=None)

    assert str(raised.value).startswith(f"{path}:{said}")


def test_of_a_template_s_many_mistakes_the_first_are_said(root: Path) -> None:
    (root / "templates" / "receipt.html").write_text(_PAGE + "{{ a }}\n" * 500)

    (problem,) = _problems(_GOOD)

    lines = problem.split("\n")
    assert len(lines) == 51
    assert lines[-1] == "450 more; correct these first"
