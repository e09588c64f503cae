"""Each of the service's rules, at its edges."""

import re
from collections.abc import Callable

import botocore.session
import pytest

from dataset.messages import shown
from ground_truth.catalogue.regions import REGIONS
from ground_truth.catalogue.task_types import TASK_TYPES
from ground_truth.validators import names_and_limits
from ground_truth.validators import people as people_validators

_TEXT = TASK_TYPES["text-classification"]
_REFERENCE = TASK_TYPES["semantic-segmentation"]

_Rule = Callable[[str], str]


@pytest.mark.parametrize(
    ("rule", "longest"),
    [
        (names_and_limits.task_title, 128),
        (names_and_limits.task_description, 255),
        (people_validators.team_description, 200),
        (people_validators.organization, 125),
        (names_and_limits.job_name_prefix, 49),
        (names_and_limits.team_name, 63),
        (names_and_limits.environment_name, 50),
    ],
)
def test_a_text_is_as_long_as_its_rule_allows_and_no_longer(rule: _Rule, longest: int) -> None:
    assert rule("x" * longest) == "x" * longest
    with pytest.raises(ValueError, match=f"expected .*{longest} .*got .*xxx"):
        rule("x" * (longest + 1))


@pytest.mark.parametrize(
    "rule",
    [
        names_and_limits.task_title,
        names_and_limits.task_description,
        people_validators.team_description,
        people_validators.organization,
        names_and_limits.instructions,
        names_and_limits.job_name_prefix,
        names_and_limits.team_name,
        names_and_limits.environment_name,
        names_and_limits.key,
        people_validators.email,
        people_validators.cidr,
        names_and_limits.region,
        names_and_limits.account,
    ],
)
def test_nothing_is_not_a_value(rule: _Rule) -> None:
    with pytest.raises(ValueError, match=r"expected .*got .*''"):
        rule("")


@pytest.mark.parametrize(
    "rule",
    [
        names_and_limits.task_description,
        people_validators.team_description,
        people_validators.organization,
    ],
)
@pytest.mark.parametrize("separator", ["\n", "\r", "\x85", "\u2028", "\u2029"])
def test_one_line_is_one_line_for_every_line_separator(rule: _Rule, separator: str) -> None:
    with pytest.raises(ValueError, match="expected one line of text, got"):
        rule(f"a{separator}b")


def test_a_title_can_have_any_letters_of_the_basic_plane() -> None:
    assert names_and_limits.task_title("Grüße, 数\nβ?") == "Grüße, 数\nβ?"


@pytest.mark.parametrize("offender", ["\N{GRINNING FACE}", "\x00", "\x1b", "\ufffe"])
def test_a_title_without_emoji_or_control_characters(offender: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"got {offender!r} in ")):
        names_and_limits.task_title(f"Even {offender} odd")


@pytest.mark.parametrize("rule", [names_and_limits.task_description, names_and_limits.instructions])
def test_blanks_alone_are_no_text(rule: _Rule) -> None:
    with pytest.raises(ValueError, match="expected some text, got '  '"):
        rule("  ")


@pytest.mark.parametrize("value", ["even-odd", "a", "Source", "x" * 127, "metadata", "a--b"])
def test_a_good_label_attribute(value: str) -> None:
    assert names_and_limits.label_attribute(value, _TEXT) == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("x" * 128, "expected at most 127 characters .* got 128: 'xxx"),
        ("even_odd", "expected letters, digits and inner hyphens .* got 'even_odd'"),
        ("-even", "expected letters, digits and inner hyphens .* got '-even'"),
        ("even-", "expected letters, digits and inner hyphens .* got 'even-'"),
        ("even\n", r"expected letters, digits and inner hyphens .* got 'even\\n'"),
        ("even-metadata", "doesn't end with '-metadata'.* got 'even-metadata'"),
        ("even-ref", "doesn't end with '-ref' for text-classification, got 'even-ref'"),
        ("source", "expected a name other than .* got 'source'"),
        ("source-ref", "expected a name other than .* got 'source-ref'"),
        ("object", "expected a name other than .* got 'object'"),
        ("line", "expected a name other than .* got 'line'"),
        ("row", "expected a name other than .* got 'row'"),
    ],
)
def test_a_label_attribute_that_breaks_a_rule(value: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        names_and_limits.label_attribute(value, _TEXT)


@pytest.mark.parametrize("value", ["street", "street-ref"])
def test_a_task_whose_answers_are_files_has_an_attribute_that_says_so(value: str) -> None:
    assert names_and_limits.label_attribute(value, _REFERENCE) == "street-ref"


def test_the_longest_prefix_leaves_room_for_hash_and_suffix() -> None:
    prefix = names_and_limits.job_name_prefix("x" * 49)

    shape = (
        botocore.session.get_session().get_service_model("sagemaker").shape_for("LabelingJobName")
    )
    assert len(f"{prefix}-0123456789-99") == shape.metadata["max"]


@pytest.mark.parametrize("value", ["dev_even", "-dev", "dev-", "dev even", "dév"])
@pytest.mark.parametrize("rule", [names_and_limits.job_name_prefix, names_and_limits.team_name])
def test_a_name_that_sagemaker_refuses(rule: _Rule, value: str) -> None:
    with pytest.raises(ValueError, match=f"expected letters, digits .* got {value!r}"):
        rule(value)


@pytest.mark.parametrize("value", ["even-odd", "a", "v2", "a-1-b"])
def test_a_good_key(value: str) -> None:
    assert names_and_limits.key(value) == value


@pytest.mark.parametrize("value", ["Even", "2-even", "even--odd", "even-", "-even", "e_o", "e\n"])
def test_a_key_that_makes_no_names(value: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"got {value!r}")):
        names_and_limits.key(value)


@pytest.mark.parametrize("value", ["my-aws", "amazonas", "cognito-test"])
def test_an_environment_s_name_holds_no_word_that_cognito_refuses(value: str) -> None:
    with pytest.raises(ValueError, match=f"Cognito allows it in no domain prefix, got {value!r}"):
        names_and_limits.environment_name(value)


@pytest.mark.parametrize("value", ["d", "Dev", "1dev", "dev-"])
def test_an_environment_s_name_that_makes_no_names(value: str) -> None:
    with pytest.raises(ValueError, match=f"expected 2 to 50 .* got {value!r}"):
        names_and_limits.environment_name(value)


@pytest.mark.parametrize("seconds", [30, 28_800])
def test_the_shortest_and_the_longest_task(seconds: int) -> None:
    assert names_and_limits.task_time_limit(seconds, _TEXT) == seconds


@pytest.mark.parametrize(
    ("seconds", "got"),
    [(0, "0 seconds"), (29, "29 seconds"), (28_801, "28801 seconds"), (86_400, "1 day")],
)
def test_a_task_that_is_too_short_or_too_long(seconds: int, got: str) -> None:
    with pytest.raises(ValueError, match=f"30 seconds to 8 hours .*-classification, got {got}$"):
        names_and_limits.task_time_limit(seconds, _TEXT)


@pytest.mark.parametrize("seconds", [60, 2_592_000])
def test_the_shortest_and_the_longest_availability(seconds: int) -> None:
    assert names_and_limits.task_availability(seconds) == seconds


@pytest.mark.parametrize(("seconds", "got"), [(59, "59 seconds"), (31 * 86_400, "31 days")])
def test_an_availability_that_is_too_short_or_too_long(seconds: int, got: str) -> None:
    with pytest.raises(ValueError, match=f"expected 1 minute to 30 days, got {got}"):
        names_and_limits.task_availability(seconds)


@pytest.mark.parametrize(
    ("rule", "lowest", "highest"),
    [
        (names_and_limits.workers_per_object, 1, 9),
        (names_and_limits.max_concurrent_tasks, 1, 1_000),
    ],
)
def test_a_count_within_its_bounds(rule: Callable[[int], int], lowest: int, highest: int) -> None:
    assert [rule(lowest), rule(highest)] == [lowest, highest]
    for count in (lowest - 1, highest + 1):
        with pytest.raises(ValueError, match=f"expected {lowest} to {highest} .*, got {count}"):
            rule(count)


def test_an_address_is_lower_case() -> None:
    assert people_validators.email("Ana.B+x@Example.COM") == "ana.b+x@example.com"


@pytest.mark.parametrize(
    "value",
    [
        "ana",
        "ana@example",
        "ana@@example.com",
        "ana..b@example.com",
        ".ana@example.com",
        "ana.@example.com",
        "ana@-example.com",
        "ana@example-.com",
        "a@b@example.com",
        "a b@example.com",
        "@example.com",
        "ana@.com",
        "ana@example.",
        "ana@example.com\n",
        "Ana <ana@example.com>",
        f"{'a' * 120}@example.com",
    ],
)
def test_what_is_no_address(value: str) -> None:
    with pytest.raises(ValueError, match="expected an e-mail address such as"):
        people_validators.email(value)


def test_the_same_address_twice_is_named_as_written() -> None:
    with pytest.raises(ValueError, match=r"got 'Ana@example.com' and 'ana@example.com'"):
        people_validators.distinct_emails(("Ana@example.com", "bo@example.com", "ana@example.com"))


@pytest.mark.parametrize("value", ["203.0.113.0/24", "203.0.113.7/32", "2001:db8::/32"])
def test_a_good_range(value: str) -> None:
    assert people_validators.cidr(value) == value


@pytest.mark.parametrize("value", ["203.0.113.0", "203.0.113.0/33", "office", "10.0.0.0/255.0.0.0"])
def test_what_is_no_range(value: str) -> None:
    with pytest.raises(ValueError, match=f"a CIDR range such as 203.0.113.0/24, got {value!r}"):
        people_validators.cidr(value)


def test_a_range_begins_at_its_first_address() -> None:
    with pytest.raises(ValueError, match=r"first address, 203.0.113.0/24, got '203.0.113.5/24'"):
        people_validators.cidr("203.0.113.5/24")


def test_at_most_ten_ranges() -> None:
    ranges = tuple(f"203.0.113.{number}/32" for number in range(11))

    assert people_validators.cidrs(ranges[:10]) == ranges[:10]
    with pytest.raises(ValueError, match="expected at most 10 CIDR ranges, got 11"):
        people_validators.cidrs(ranges)


def test_a_region_without_ground_truth_gets_the_list_of_those_that_have_it() -> None:
    with pytest.raises(ValueError, match="got 'eu-west-3'") as raised:
        names_and_limits.region("eu-west-3")

    assert all(region in str(raised.value) for region in REGIONS)


@pytest.mark.parametrize("value", ["12345678901", "1234567890123", "12345678901x", "\u0661" * 12])
def test_what_is_no_account(value: str) -> None:
    with pytest.raises(
        ValueError, match=f"expected the 12 digits of an AWS account, got '{value}'"
    ):
        names_and_limits.account(value)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"": "x"}, "expected 1 to 128 characters as tag key, got 0"),
        ({"k" * 129: "x"}, "expected 1 to 128 characters as tag key, got 129"),
        ({"team": "x" * 257}, "expected 0 to 256 characters as value of tag 'team', got 257"),
        ({"team": "a;b"}, "as value of tag 'team', got 'a;b'"),
        ({"te#am": "x"}, "as tag key, got 'te#am'"),
        ({"AWS:team": "x"}, "are reserved, got 'AWS:team'"),
        ({"ground-truth-cdk:stack": "x"}, "are reserved, got 'ground-truth-cdk:stack'"),
        ({str(number): "" for number in range(46)}, "expected at most 45 tags in all, got 46"),
    ],
)
def test_tags_that_aws_refuses(tags: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        names_and_limits.tags(tags)


def test_tags_can_have_letters_of_any_alphabet() -> None:
    tags = {"Größe/数": "a b_c.d:e/f=g+h-i@j", "empty": ""}

    assert names_and_limits.tags(tags) == tags


def test_a_very_long_value_is_shortened_in_a_message() -> None:
    assert shown("x" * 300) == f"'{'x' * 59}… (302 characters)"


@pytest.mark.parametrize("values", [(), ("even numbers", "x1"), ("a",) * 5])
def test_good_keywords(values: tuple[str, ...]) -> None:
    assert names_and_limits.keywords(values) == values


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("a",) * 6, "expected at most 5 keywords, got 6"),
        (("x" * 31,), "expected 1 to 30 characters, got 31"),
        (("a  b",), "letters and digits with single blanks between, got 'a  b'"),
        (("Größe",), "letters and digits with single blanks between, got 'Größe'"),
    ],
)
def test_keywords_that_ground_truth_refuses(values: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        names_and_limits.keywords(values)


@pytest.mark.parametrize("value", ["alias/labels", "arn:aws:kms:us-east-1:1:key/a", "1234abcd"])
def test_what_is_no_key_s_arn(value: str) -> None:
    with pytest.raises(ValueError, match=f"expected the ARN of a KMS key, .* got '{value}'"):
        names_and_limits.key_arn(value)


@pytest.mark.parametrize("value", ["arn:aws:lambda:us-east-1:1:function:f", "arn:aws:s3:::b"])
def test_what_is_no_function_s_arn(value: str) -> None:
    with pytest.raises(ValueError, match=f"expected the ARN of a function, .* got '{value}'"):
        names_and_limits.function_arn(value)


@pytest.mark.parametrize(
    ("rule", "prefix", "most"),
    [(names_and_limits.subnets, "subnet-", 16), (names_and_limits.security_groups, "sg-", 5)],
)
def test_a_network_s_parts_are_ids_and_not_too_many(
    rule: Callable[[tuple[str, ...]], tuple[str, ...]], prefix: str, most: int
) -> None:
    ids = tuple(f"{prefix}{number}" for number in range(most + 1))

    assert rule(ids[:most]) == ids[:most]
    for values, message in (
        (ids, f"expected 1 to {most} ids, got {most + 1}"),
        ((), f"expected 1 to {most} ids, got 0"),
        (("vpc-1",), f"expected an id such as {prefix}0a1b2c3d, got 'vpc-1'"),
    ):
        with pytest.raises(ValueError, match=message):
            rule(values)
