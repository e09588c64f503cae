"""What runs are called."""

import pytest

from dataset import names


@pytest.mark.parametrize("run", ["dev-x-0123456789", "dev-x-0123456789-2", "dev-x-0123456789-99"])
def test_a_run_has_the_prefix_of_its_job_key(run: str) -> None:
    assert names.prefix_of(run) == "dev-x"


def test_a_prefix_may_look_like_the_name_of_a_run() -> None:
    assert names.prefix_of("dev-0123456789-12-0123456789-3") == "dev-0123456789-12"


@pytest.mark.parametrize(
    "name",
    [
        *("", "none", "dev-x", "dev-x-012345678", "dev-x-0123456789-x", "dev-x-0123456789-100"),
        *("dev-x-0123456789\n", "dev-x-0123456789-2\n", f"{'a' * 50}-0123456789"),
    ],
)
def test_another_name_is_that_of_no_run(name: str) -> None:
    assert names.prefix_of(name) is None
    assert not names.is_physical_id(name)


@pytest.mark.parametrize(
    "identity", ["Stack-Job-1ABCDEF2345GH", "EvenOddJob-invalid", "x-12345", "dev-x-0123456789-2"]
)
def test_an_id_that_was_made_elsewhere_is_not_of_our_form(identity: str) -> None:
    assert not names.is_physical_id(identity)


def test_the_runs_that_may_follow_a_run_have_the_next_numbers() -> None:
    first, second, *_ = names.run_names_from("dev-x-0123456789")

    assert (first, second) == ("dev-x-0123456789", "dev-x-0123456789-2")
    assert [*names.run_names_from("dev-x-0123456789-98")] == [
        "dev-x-0123456789-98",
        "dev-x-0123456789-99",
    ]


def test_the_last_run_of_the_longest_name_has_as_many_characters_as_sagemaker_allows() -> None:
    first, *_, last = names.run_names(f"{'a' * names.LONGEST_PREFIX}-0123456789")

    assert names.is_physical_id(first)
    assert names.prefix_of(last) == "a" * 49
    assert (last[-3:], len(last)) == ("-99", 63)


def test_tags_of_aws_and_ours_are_reserved() -> None:
    tags = ("aws:x", "AWS:x", "Ground-Truth-CDK:stack", "ground-truth-cdk", "team")

    assert [tag for tag in tags if names.is_reserved(tag)] == [*tags[:3]]
