"""A user's manifest: every line checked, and passed on as it is."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_resource.errors import CustomResourceError
from labeling_job.manifest.manifest import read_manifest
from labeling_job.manifest.problems import NothingToLabelError
from labeling_job.request import from_event
from labeling_job.resource import run
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    all_lines,
    event,
    made,
    user_lines,
    user_properties,
)

_SAMPLES = Path(__file__).parents[3] / "data" / "aws-guide"
_IMAGES = user_properties("object", Extensions=[".jpg", ".png"])
_TEXTS = user_properties("text")
_ANY = user_properties("any")

_SHARED = FakeAws()
_SHARED_COLLABORATORS = _SHARED.as_clients()


def _refusal(content: bytes, props: dict[str, Any]) -> str:
    """Return what is said of a manifest, without its beginning."""
    with pytest.raises(CustomResourceError) as refused:
        made({"own.jsonl": content}, props)
    beginning = "s3://in/own.jsonl can't be used: "
    assert str(refused.value).startswith(beginning)
    return str(refused.value).removeprefix(beginning)


def _refusals(line: Any, props: dict[str, Any]) -> str:
    return _refusal(user_lines(line)["own.jsonl"], props)


def test_lines_are_passed_on_byte_for_byte() -> None:
    content = (
        b'{ "source-ref" :"s3://in/Data/\\u00e9.jpg", "cars": 1.00, "cars-metadata": {}}\r\n'
        b'{"source-ref": "s3://in/Data/2.jpg", "x": "\xc3\xa9 \xf0\x9f\x98\x80"}  \n'
    )

    manifest = made({"own.jsonl": content}, _IMAGES)

    assert all_lines(manifest) == content
    assert manifest.objects == 2


def test_a_last_line_without_line_break_gets_one() -> None:
    assert all_lines(made({"own.jsonl": b'{"source": "x"}'}, _TEXTS)) == b'{"source": "x"}\n'


def test_a_byte_order_mark_is_not_passed_on() -> None:
    manifest = made({"own.jsonl": b'\xef\xbb\xbf{"source": "x"}\n'}, _TEXTS)

    assert all_lines(manifest) == b'{"source": "x"}\n'


def test_blank_lines_are_left_out() -> None:
    manifest = made({"own.jsonl": b'\n{"source": "x"}\n \r\n'}, _TEXTS)

    assert all_lines(manifest) == b'{"source": "x"}\n'
    assert manifest.skipped.report == (
        b'{"object": "s3://in/own.jsonl", "line": 1, "reason": "blank line"}\n'
        b'{"object": "s3://in/own.jsonl", "line": 3, "reason": "blank line"}\n'
    )


@given(
    st.lists(
        st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=9).filter(
                lambda name: name not in ("source", "source-ref") and not name.startswith("$")
            ),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=9),
                lambda inner: st.lists(inner, max_size=3),
                max_leaves=5,
            ),
            max_size=4,
        ),
        min_size=1,
        max_size=5,
    ),
    st.booleans(),
)
@settings(deadline=None)
def test_any_line_is_passed_on_byte_for_byte(lines: list[dict[str, Any]], is_ascii: bool) -> None:  # noqa: FBT001  # hypothesis gives it by position
    texts = (json.dumps({"source": "x", **line}, ensure_ascii=is_ascii) for line in lines)
    content = "".join(f"{text}\n" for text in texts).encode(errors="surrogatepass")
    _SHARED.objects["in"] = {"own.jsonl": content}
    request = from_event(event("Create", _TEXTS))

    if any(0xD800 <= ord(letter) < 0xE000 for letter in content.decode(errors="surrogatepass")):
        with pytest.raises(CustomResourceError, match="expected UTF-8"):
            read_manifest(request, _SHARED_COLLABORATORS)
        return

    assert all_lines(read_manifest(request, _SHARED_COLLABORATORS)) == content


def test_objects_are_neither_listed_nor_read() -> None:
    aws = FakeAws()
    aws.objects["in"].update(user_lines({"source-ref": "s3://in/Data/1.jpg"}))

    read_manifest(from_event(event("Create", _IMAGES)), aws.as_clients())

    assert [name for name, _ in aws.calls] == ["GetObject"]


@pytest.mark.parametrize(
    ("file", "props"),
    [
        ("sms-custom-templates-step2-demo2-03.jsonl", _TEXTS),
        ("sms-custom-templates-step2-demo2-03.jsonl", _ANY),
        (
            "sms-point-cloud-single-frame-input-data-01.jsonl",
            user_properties("point-cloud", Prefix=""),
        ),
    ],
)
def test_the_guide_s_manifests_are_taken_as_they_are(file: str, props: dict[str, Any]) -> None:
    content = (_SAMPLES / file).read_bytes()
    line = json.loads(content.splitlines()[0])
    bucket = line.get("source-ref", "s3://in").split("/")[2]
    props = {**props, "Input": {**props["Input"], "Bucket": bucket}}

    assert all_lines(made({"own.jsonl": content}, props)) == content


def test_the_guide_s_manifest_of_a_custom_task_is_taken_with_real_objects() -> None:
    sample = (_SAMPLES / "sms-custom-templates-step2-demo1-03.jsonl").read_text()
    lines = [
        line.replace("<S3 image URI>", f"s3://in/Data/{number}.jpg")
        for number, line in enumerate(sample.splitlines())
    ]

    props = user_properties("any", RequiredNames=["animal", "source-ref"])

    assert made(user_lines(*lines), props).objects == 4


@pytest.mark.parametrize("file", ["augmented-manifest-01.jsonl", "augmented-manifest-02.jsonl"])
def test_the_guide_s_training_manifests_are_no_labeling_manifests(file: str) -> None:
    assert _refusal((_SAMPLES / file).read_bytes(), _ANY) == (
        "line 1: expected source or source-ref, got neither; "
        "line 2: expected source or source-ref, got neither"
    )


@pytest.mark.parametrize(
    ("number", "kind", "attribute"),
    [
        ("01", "object", "sport"),
        ("02", "object", "species"),
        ("03", "text", "mood"),
        ("04", "object", "image-label-attribute-name"),
        ("06", "object", "bounding-box-attribute-name"),
        ("08", "text", "ner-labeling-job-attribute-name"),
        ("09", "object", "bounding-box-attribute-name"),
        ("10", "frames", "CarObjectDetection-ref"),
        ("11", "frames", "CarObjectTracking-ref"),
    ],
)
def test_the_guide_s_output_manifests_can_be_chained(
    number: str, kind: str, attribute: str
) -> None:
    sample = json.loads((_SAMPLES / f"sms-data-output-{number}.json").read_text())
    bucket = sample.get("source-ref", "s3://in").split("/")[2]
    aws = FakeAws()
    aws.add_job("earlier", "Completed")
    aws.objects["in"].update(user_lines(sample))
    props = user_properties(
        kind, Bucket=bucket, Prefix="", PreviousAttribute=attribute, PreviousJob="earlier"
    )

    manifest = read_manifest(from_event(event("Create", props)), aws.as_clients())

    assert all_lines(manifest) == aws.objects["in"]["own.jsonl"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"\xff", "line 1: expected UTF-8, got byte 0xff at position 0"),
        (b'{"source": "\xe9"}', "line 1: expected UTF-8, got byte 0xe9 at position 12"),
        (
            b'{"source": "x"',
            "line 1: expected a complete JSON object, got '{\"source\": \"x\"': Expecting ',' "
            "delimiter at character 15",
        ),
        (
            b'{"source": "x"} {"source": "y"}',
            'line 1: expected a complete JSON object, got \'{"source": "x"} {"source": "y"}\': '
            "Extra data at character 17",
        ),
        (b'["x"]', "line 1: expected a JSON object, got '[\"x\"]'"),
        (
            b"x" * 200,
            f"line 1: expected a complete JSON object, got '{'x' * 59}… (202 characters): "
            "Expecting value at character 1",
        ),
        (
            b'{"source": "x", "y": NaN}',
            'line 1: expected a JSON object, got \'{"source": "x", "y": NaN}\': NaN is no '
            "number in JSON",
        ),
    ],
)
def test_a_line_that_is_no_json_object_is_refused(line: bytes, message: str) -> None:
    assert _refusal(line + b"\n", _TEXTS) == message


def test_json_that_is_too_deep_is_refused() -> None:
    line = '{"source": ' + "[" * 100_000 + "]" * 100_000 + "}"

    assert _refusals(line, _TEXTS).startswith("line 1: expected a JSON object, got ")


@pytest.mark.parametrize(
    ("props", "line", "message"),
    [
        (_TEXTS, {"text": "x"}, "expected source, got neither"),
        (_TEXTS, {"source-ref": "s3://in/Data/1.txt"}, "expected source, got source-ref"),
        (
            _TEXTS,
            {"source": "x", "source-ref": "s3://in/Data/1.txt"},
            "expected source, got source and source-ref",
        ),
        (_IMAGES, {"source": "x"}, "expected source-ref, got source"),
        (
            _IMAGES,
            {"source": "x", "source-ref": "s3://in/Data/1.jpg"},
            "expected source-ref, got source and source-ref",
        ),
        (_ANY, {}, "expected source or source-ref, got neither"),
        (
            _ANY,
            {"source": "x", "source-ref": "s3://in/Data/1.jpg"},
            "expected source or source-ref, got source and source-ref",
        ),
        (_TEXTS, {"source": 7}, "expected a text, got 7 in source"),
        (_TEXTS, {"source": " "}, "expected a text, got ' ' in source"),
        (
            _TEXTS,
            {"source": "x" * 20_001},
            "expected at most 20000 characters, got 20001 in source",
        ),
        (
            user_properties("text", MaximumCharacters="5"),
            {"source": "x" * 6},
            "expected at most 5 characters, got 6 in source",
        ),
        (
            _TEXTS,
            {"source": "s3://in/Data/1.txt"},
            "expected the text itself, got 's3://in/Data/1.txt' in source, which workers would see "
            "instead of what is in that object",
        ),
        (
            _ANY,
            {"source": " S3://in/Data/my file.txt"},
            "expected the text itself, got ' S3://in/Data/my file.txt' in source, which workers "
            "would see instead of what is in that object",
        ),
        (
            _IMAGES,
            {"source-ref": "s3://in/Data/1.gif"},
            "expected .jpg or .png, got 's3://in/Data/1.gif' in source-ref",
        ),
        (
            _TEXTS,
            {"source": "x", "$id": 1},
            "expected names that don't begin with $, got '$id'",
        ),
        (
            _TEXTS,
            {"source": "x", "note": "y" * 20_001},
            "expected at most 20000 characters, got 20001 in 'note'",
        ),
        (
            _TEXTS,
            {"source": "x", "boxes": [1] * 10_001},
            "expected at most 20000 characters, got 20003 in 'boxes'",
        ),
        (
            _TEXTS,
            {"source": "x", **{str(number): "y" * 19_000 for number in range(6)}},
            "expected at most 100000 characters, got 114069",
        ),
        (
            user_properties("any", RequiredNames=["source-ref", "file"]),
            {"source-ref": "s3://in/Data/1.jpg", "name": "x"},
            "expected the name 'file', which the worker template shows, got only "
            "'source-ref, name'",
        ),
    ],
)
def test_a_line_that_can_not_be_labeled_is_refused(
    props: dict[str, Any], line: dict[str, Any], message: str
) -> None:
    assert _refusals(line, props) == f"line 1: {message}"


@pytest.mark.parametrize(
    "reference",
    [
        "s3://in/Other/1.jpg",
        "s3://in/Data",
        "s3://in/Data/",
        "s3://in/Data/folder/",
        "s3://other/Data/1.jpg",
        "https://in.s3.amazonaws.com/Data/1.jpg",
        "Data/1.jpg",
        "",
        7,
        None,
        ["s3://in/Data/1.jpg"],
        "s3://in/Data/\ud800.jpg",
    ],
)
@pytest.mark.parametrize("kind", ["object", "any", "point-cloud", "point-cloud-sequence", "frames"])
def test_an_object_that_ground_truth_may_not_read_is_refused(kind: str, reference: Any) -> None:
    refusal = _refusals({"source-ref": reference}, user_properties(kind))

    assert refusal.startswith(
        "line 1: expected an object below s3://in/Data/, which is all that Ground Truth may read, "
        f"got {reference!r} in source-ref"
    )


def test_values_of_the_maximum_length_are_taken() -> None:
    line = {"source": "é" * 20_000, "note": "y" * 20_000, "boxes": [1] * 9_999}

    assert made(user_lines(json.dumps(line, ensure_ascii=False)), _TEXTS).objects == 1


def test_an_object_that_is_named_twice_is_refused() -> None:
    one = {"source-ref": "s3://in/Data/1.jpg"}
    other = {"source-ref": "s3://in/Data/2.jpg"}

    assert _refusal(user_lines(other, one, other, one)["own.jsonl"], _IMAGES) == (
        "line 3: expected each object once, got 's3://in/Data/2.jpg' as in line 1; "
        "line 4: expected each object once, got 's3://in/Data/1.jpg' as in line 2"
    )


def test_two_texts_may_be_the_same() -> None:
    assert made(user_lines({"source": "x"}, {"source": "x"}), _TEXTS).objects == 2


def test_all_that_is_wrong_is_said_at_once() -> None:
    lines = user_lines("[]", "", {"source": "x"}, {"source": 7, "$a": 1}, {"source-ref": "x"})

    assert _refusal(lines["own.jsonl"], _TEXTS) == (
        "line 1: expected a JSON object, got '[]'; "
        "line 4: expected names that don't begin with $, got '$a'; "
        "line 4: expected a text, got 7 in source; "
        "line 5: expected source, got source-ref"
    )


def test_what_does_not_fit_a_message_is_counted() -> None:
    refusal = _refusal(user_lines(*["[]"] * 1000)["own.jsonl"], _TEXTS)

    shown, _, others = refusal.rpartition("; ")
    assert 1_300 < len(refusal) < 1_500
    assert others == f"and {1000 - len(shown.split('; '))} more"
    assert shown.startswith("line 1: expected a JSON object")


def test_nothing_is_written_when_a_line_is_refused() -> None:
    aws = FakeAws()
    aws.objects["in"].update(user_lines({"source": "x"}, "[]"))

    with pytest.raises(CustomResourceError):
        run(event("Create", _TEXTS), aws.as_clients())

    assert [key for key in aws.objects["out"] if "/wanted/" not in key] == []
    assert not aws.jobs


@pytest.mark.parametrize("changes", [{"Limit": "1"}, {"Sample": "1"}])
def test_lines_that_are_not_chosen_are_checked_too(changes: dict[str, str]) -> None:
    lines = user_lines({"source": "x"}, {"source": "y"}, "[]")

    refusal = _refusal(lines["own.jsonl"], user_properties("text", **changes))

    assert refusal == "line 3: expected a JSON object, got '[]'"


def test_lines_are_chosen_like_objects() -> None:
    lines = [{"source-ref": f"s3://in/Data/{number}.jpg"} for number in range(9)]
    props = user_properties("object", Sample="5", Limit="3", Order="shuffled")

    manifest = made(user_lines(*lines), props)
    again = made(user_lines(*({**line, "x": 1} for line in reversed(lines))), props)

    assert manifest.summary == "3 data objects; left out 6: not in the sample 4, over the limit 2"
    assert [json.loads(line)["source-ref"] for line in all_lines(manifest).splitlines()] == [
        json.loads(line)["source-ref"] for line in all_lines(again).splitlines()
    ]


def test_lines_over_the_limit_are_counted() -> None:
    manifest = made(
        user_lines(*({"source": text} for text in "abc")), user_properties("text", Limit="1")
    )

    assert manifest.summary == "1 data object; left out 2: over the limit 2"


def test_more_lines_than_a_job_can_have_are_refused() -> None:
    lines = user_lines(*({"source": text} for text in "abc"))

    with pytest.raises(CustomResourceError) as refused:
        made(lines, user_properties("text", MaximumObjects="2"))

    assert str(refused.value) == (
        "expected at most 2 data objects for one job, got more in s3://in/own.jsonl, use `sample` "
        "or `limit`, or split them over several jobs"
    )


def test_a_manifest_of_100_000_lines_is_taken() -> None:
    line = {"x": "y" * 900}
    texts = (json.dumps({"source-ref": f"s3://in/Data/{n}.jpg", **line}) for n in range(100_000))
    content = "".join(f"{text}\n" for text in texts).encode()

    assert all_lines(made({"own.jsonl": content}, _IMAGES)) == content


def test_a_manifest_that_a_function_can_not_hold_is_refused() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return 400_000_001

    with pytest.raises(CustomResourceError) as refused:
        made({"own.jsonl": Huge(b"x")}, _TEXTS)

    assert str(refused.value) == (
        "expected at most 400000000 bytes, got 400000001 in s3://in/own.jsonl, split it, or deploy "
        "again if it was changed a moment ago"
    )


def test_only_lines_with_labels_are_reviewed() -> None:
    lines = user_lines(
        {"source-ref": "s3://in/Data/1.jpg", "cars": 0, "cars-metadata": {"class-name": "x"}},
        {"source-ref": "s3://in/Data/2.jpg"},
        {"source-ref": "s3://in/Data/3.jpg", "cars": 0},
        {"source-ref": "s3://in/Data/4.jpg", "cars": None, "cars-metadata": {}},
        {"source": "x"},
    )

    manifest = made(lines, user_properties("object", PreviousAttribute="cars"))

    assert manifest.summary == "1 data object; left out 4: not labeled 4"
    assert manifest.skipped.report == (
        b'{"object": "s3://in/Data/2.jpg", "line": 2, "reason": "not labeled"}\n'
        b'{"object": "s3://in/Data/3.jpg", "line": 3, "reason": "not labeled"}\n'
        b'{"object": "s3://in/Data/4.jpg", "line": 4, "reason": "not labeled"}\n'
        b'{"object": "s3://in/own.jsonl", "line": 5, "reason": "not labeled"}\n'
    )


def test_a_report_holds_any_name_that_json_can() -> None:
    lines = user_lines(
        '{"source-ref": "s3://in/\\ud800 \\u00e9"}',
        '{"source-ref": "s3://in/Data/1", "cars": 1, "cars-metadata": {}}',
    )

    report = made(lines, user_properties("object", PreviousAttribute="cars")).skipped.report

    assert report is not None
    assert json.loads(report)["object"] == "s3://in/\ud800 é"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {},
            "nothing to label in s3://in/own.jsonl; left out 1: blank line 1: put data objects "
            "there and deploy again",
        ),
        (
            {"PreviousAttribute": "cars"},
            "nothing to label in s3://in/own.jsonl; left out 1: blank line 1: put lines with "
            "labels in 'cars' there and deploy again",
        ),
    ],
)
def test_a_manifest_without_lines_is_nothing_to_label(
    changes: dict[str, str], message: str
) -> None:
    with pytest.raises(NothingToLabelError) as refused:
        made({"own.jsonl": b"\n"}, user_properties("object", **changes))

    assert str(refused.value) == message


def test_a_manifest_that_does_not_exist_is_named() -> None:
    with pytest.raises(CustomResourceError) as refused:
        made({}, _TEXTS)

    assert str(refused.value) == (
        "s3://in/own.jsonl does not exist, or no longer, deploy again when it is there"
    )
