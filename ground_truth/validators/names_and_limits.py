"""What the service accepts, one function per rule: it returns the value or says what is wrong.

The environment file and the constructs both call these functions, so that each rule stands once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from dataset.messages import shown
from dataset.names import LONGEST_PREFIX, NAME, TAG_PREFIX, is_reserved
from ground_truth.catalogue.regions import REGIONS
from ground_truth.catalogue.task_types import TaskType
from ground_truth.durations import duration_text
from ground_truth.validators.messages import described, listed

#: A name that people choose. CloudFormation's logical ids are made from it: they begin with a
#: letter and know no hyphens.
_KEY: Final = re.compile(r"[a-z](-?[a-z0-9])*")
_KEYWORD: Final = re.compile(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*")
_KEY_ARN: Final = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+")
_FUNCTION_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9_-]{1,64}(:[a-zA-Z0-9_$-]+)?"
)
_POLICY_NAME: Final = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_TITLE: Final = re.compile(r"[\t\n\r -\uD7FF\uE000-\uFFFD]*")
#: What the Cognito domain gets behind the environment's name: `-<12 hex>`.
_DOMAIN_SUFFIX: Final = len("-0123456789ab")
_LONGEST_NAME: Final = 63

#: Keys that our input manifests use themselves (`source-ref` is Ground Truth's own as well).
_MANIFEST_KEYS: Final = ("source", "source-ref", "object", "line", "row")
#: Beside the user's tags a job has two that say which resource owns it, and 50 is the service's
#: limit; the rest is spare, so that a tag more of ours refuses nobody's file.
_MOST_TAGS: Final = 45


def environment_name(value: str) -> str:
    """Check an environment's name, from which the Cognito domain prefix is made.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
    (botocore: DomainType); a CDK stage's name has at least two characters.
    """
    longest = _LONGEST_NAME - _DOMAIN_SUFFIX
    if not _KEY.fullmatch(value) or not 2 <= len(value) <= longest:
        raise ValueError(
            f"expected 2 to {longest} lower-case letters, digits and single inner hyphens, a letter"
            f" first, got {shown(value)}"
        )
    for word in ("aws", "amazon", "cognito"):
        if word in value:
            raise ValueError(
                f"expected a name without {word!r}, because Cognito allows it in no domain prefix,"
                f" got {shown(value)}"
            )
    return value


def key(value: str) -> str:
    """Check the key of a job or a team.

    Lower case only, because names of labeling jobs are case-insensitive (botocore:
    CreateLabelingJob).
    """
    if not _KEY.fullmatch(value):
        raise ValueError(
            "expected lower-case letters, digits and single inner hyphens, a letter first,"
            f" got {shown(value)}"
        )
    return value


def job_name_prefix(value: str) -> str:
    """Check `<environment>-<job key>`, to which each run adds up to 14 characters.

    The whole name has at most 63 characters (botocore: LabelingJobName); `-<10 hex>` says what the
    job is made of, and another `-2` to `-99` follows when that name is burnt.
    """
    return _name(
        value,
        longest=LONGEST_PREFIX,
        why="because a job's name adds 14 to it and has 63 at most",
    )


def team_name(value: str) -> str:
    """Check the name of a work team (botocore: WorkteamName)."""
    return _name(value, longest=_LONGEST_NAME, why="as a work team's name")


def task_title(value: str) -> str:
    """Check the title that workers see (botocore: TaskTitle).

    Its pattern ends at U+FFFD, which leaves out emoji.
    """
    length(value, longest=128)
    if not _TITLE.fullmatch(value):
        offender = next(character for character in value if not _TITLE.fullmatch(character))
        raise ValueError(
            "expected a title without emoji, control characters or other characters above U+FFFD,"
            f" got {offender!r} in {shown(value)}"
        )
    return value


def task_description(value: str) -> str:
    """Check the description that workers see (botocore: TaskDescription)."""
    return one_line(value, longest=255)


def instructions(value: str) -> str:
    """Check a text of the worker template: anything but nothing."""
    if not value.strip():
        raise ValueError(f"expected some text, got {shown(value)}")
    return value


def label_attribute(value: str, task_type: TaskType) -> str:
    """Return the key of the answers in the output manifest (botocore: LabelAttributeName).

    Where labels are files the name ends with `-ref`, which is put there if it is missing;
    `-metadata` is Ground Truth's own ending.
    """
    if task_type.attribute_is_reference and not value.endswith("-ref"):
        value = f"{value}-ref"
    _name(value, longest=127, why="as a label attribute's name")
    if value in _MANIFEST_KEYS:
        raise ValueError(
            f"expected a name other than {listed(_MANIFEST_KEYS)}, which the input manifest uses,"
            f" got {shown(value)}"
        )
    if value.endswith("-metadata"):
        raise ValueError(
            "expected a name that doesn't end with '-metadata', which Ground Truth adds itself,"
            f" got {shown(value)}"
        )
    if value.endswith("-ref") and not task_type.attribute_is_reference:
        raise ValueError(
            f"expected a name that doesn't end with '-ref' for {described(task_type)},"
            f" got {shown(value)}"
        )
    return value


def task_time_limit(seconds: int, task_type: TaskType) -> int:
    """Check a worker's seconds per task (botocore: HumanTaskConfig.TaskTimeLimitInSeconds)."""
    if not 30 <= seconds <= task_type.maximum_task_seconds:
        raise ValueError(
            f"expected 30 seconds to {duration_text(task_type.maximum_task_seconds)} for"
            f" {described(task_type)}, got {duration_text(seconds)}"
        )
    return seconds


def task_availability(seconds: int) -> int:
    """Check how long tasks wait for workers (botocore: TaskAvailabilityLifetimeInSeconds)."""
    if not 60 <= seconds <= 30 * 86_400:
        raise ValueError(f"expected 1 minute to 30 days, got {duration_text(seconds)}")
    return seconds


def workers_per_object(count: int) -> int:
    """Check how many label each data object (botocore: NumberOfHumanWorkersPerDataObject)."""
    return between(count, 1, 9, unit="workers")


def max_concurrent_tasks(count: int) -> int:
    """Check how many data objects are out at once.

    botocore (MaxConcurrentTaskCount) allows 5,000, but more than 1,000 only after AWS Support has
    raised the account's limit.
    """
    return between(count, 1, 1_000, unit="data objects")


def keywords(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check the words by which workers find tasks (botocore: TaskKeywords)."""
    if len(values) > 5:
        raise ValueError(f"expected at most 5 keywords, got {len(values)}")
    for value in values:
        length(value, longest=30)
        if not _KEYWORD.fullmatch(value):
            raise ValueError(
                f"expected letters and digits with single blanks between, got {shown(value)}"
            )
    return values


def percentage(value: int) -> int:
    """Check a part of all data objects (botocore: MaxPercentageOfInputDatasetLabeled)."""
    return between(value, 1, 100, unit="percent")


def key_arn(value: str) -> str:
    """Check a KMS key's ARN; policies need one, whatever else a request takes."""
    if not _KEY_ARN.fullmatch(value):
        raise ValueError(
            "expected the ARN of a KMS key, such as"
            f" arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, got"
            f" {shown(value)}"
        )
    return value


def function_arn(value: str) -> str:
    """Check the ARN of a custom function (botocore: LambdaFunctionArn)."""
    if not _FUNCTION_ARN.fullmatch(value):
        raise ValueError(
            "expected the ARN of a function, such as"
            f" arn:aws:lambda:us-east-1:111122223333:function:prepare, got {shown(value)}"
        )
    return value


def of_region(arn: str, region: str) -> str:
    """Check that what an ARN names is in a Region; an empty one is not known."""
    if region and arn.split(":")[3] != region:
        raise ValueError(f"expected an ARN of the Region {region}, got {shown(arn)}")
    return arn


def subnets(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check where training runs (botocore: Subnets)."""
    return _ids(values, "subnet-", most=16)


def security_groups(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check what training may reach (botocore: VpcSecurityGroupIds)."""
    return _ids(values, "sg-", most=5)


def region(value: str) -> str:
    """Check that Ground Truth runs in a Region (botocore: PreHumanTaskLambdaArn)."""
    if value not in REGIONS:
        raise ValueError(
            f"expected a Region with Ground Truth ({', '.join(REGIONS)}), got {shown(value)}"
        )
    return value


def account(value: str) -> str:
    """Check an account's number (https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html)."""
    if not re.fullmatch(r"[0-9]{12}", value):
        raise ValueError(f"expected the 12 digits of an AWS account, got {shown(value)}")
    return value


def policy_name(value: str) -> str:
    """Check the name of a managed policy (botocore: policyNameType in IAM)."""
    if _POLICY_NAME.fullmatch(value):
        return value
    raise ValueError(
        "expected the name of a managed policy, 1 to 128 letters, digits or any of +=,.@_- and no"
        f" ARN, got {shown(value)}"
    )


def tags(values: Mapping[str, str]) -> Mapping[str, str]:
    """Check tags (botocore: TagKey, TagValue, TagList)."""
    for name, value in values.items():
        _tag_text(name, shortest=1, longest=128, what="tag key")
        _tag_text(value, shortest=0, longest=256, what=f"value of tag {shown(name)}")
        if is_reserved(name):
            raise ValueError(
                f"expected a tag key that doesn't begin with 'aws:' or {TAG_PREFIX!r}, which"
                f" are reserved, got {shown(name)}"
            )
    return number_of_tags(values)


def number_of_tags(values: Mapping[str, str]) -> Mapping[str, str]:
    """Check that there is room for the two tags that say which resource owns a job."""
    if len(values) > _MOST_TAGS:
        raise ValueError(f"expected at most {_MOST_TAGS} tags in all, got {len(values)}")
    return values


def _name(value: str, *, longest: int, why: str) -> str:
    if len(value) > longest:
        raise ValueError(
            f"expected at most {longest} characters {why}, got {len(value)}: {shown(value)}"
        )
    if not NAME.fullmatch(value):
        raise ValueError(f"expected letters, digits and inner hyphens {why}, got {shown(value)}")
    return value


def one_line(value: str, *, longest: int) -> str:
    """Check text of one line with at most `longest` characters (botocore's pattern `.+`)."""
    length(value, longest=longest)
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise ValueError(f"expected one line of text, got {character!r} in {shown(value)}")
    if not value.strip():
        raise ValueError(f"expected some text, got {shown(value)}")
    return value


def length(value: str, *, longest: int) -> None:
    """Check that there are 1 to `longest` characters."""
    if not 1 <= len(value) <= longest:
        raise ValueError(f"expected 1 to {longest} characters, got {len(value)}: {shown(value)}")


def between(value: int, lowest: int, highest: int, *, unit: str) -> int:
    """Check a number of things; `unit` names them."""
    if not lowest <= value <= highest:
        raise ValueError(f"expected {lowest} to {highest} {unit}, got {value}")
    return value


def _ids(values: tuple[str, ...], prefix: str, *, most: int) -> tuple[str, ...]:
    for value in values:
        if not re.fullmatch(rf"{prefix}[0-9a-z]+", value):
            raise ValueError(f"expected an id such as {prefix}0a1b2c3d, got {shown(value)}")
    if not 1 <= len(values) <= most:
        raise ValueError(f"expected 1 to {most} ids, got {len(values)}")
    return values


def _tag_text(value: str, *, shortest: int, longest: int, what: str) -> None:
    if not shortest <= len(value) <= longest:
        raise ValueError(
            f"expected {shortest} to {longest} characters as {what}, got {len(value)}:"
            f" {shown(value)}"
        )
    for character in value:
        if unicodedata.category(character)[0] not in "LZN" and character not in "_.:/=+-@":
            raise ValueError(
                f"expected letters, digits, blanks and _.:/=+-@ as {what}, got {shown(value)}"
            )
