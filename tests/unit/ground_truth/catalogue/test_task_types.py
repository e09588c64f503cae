"""The catalogue against what AWS's own model of the API says of functions, interfaces and names."""

import re
from typing import Any

import botocore.session
import pytest
from botocore.model import StructureShape

from ground_truth.catalogue.data_kinds import CUSTOM_DATA
from ground_truth.catalogue.regions import REGIONS, Region
from ground_truth.catalogue.task_types import CUSTOM, TASK_TYPES, TaskType

_MODEL = botocore.session.get_session().get_service_model("sagemaker")
#: For custom tasks whose lines need no preparation, which then need no function at all.
_UNPREPARED = "PassThrough"
_COMMERCIAL = {name: region for name, region in REGIONS.items() if region.partition == "aws"}


#: What stands before the names of functions that review frames and point clouds.
_REVIEWS_IN_PLACE = {"label": "", "verify": "Adjustment", "adjust": "Adjustment"}


def _documentation(shape: str, member: str) -> str:
    structure: Any = _MODEL.shape_for(shape)
    return re.sub(r"</?i>", "", structure.members[member].documentation)


_ALL = [each for task_type in TASK_TYPES.values() for each in task_type.with_reviews]
_BUILT_IN = [task_type for task_type in _ALL if task_type is not CUSTOM]


def _id(task_type: TaskType) -> str:
    return f"{task_type.purpose} {task_type.name}"


@pytest.mark.parametrize(
    ("prefix", "shape", "member"),
    [
        ("PRE", "HumanTaskConfig", "PreHumanTaskLambdaArn"),
        ("ACS", "AnnotationConsolidationConfig", "AnnotationConsolidationLambdaArn"),
    ],
)
def test_functions_and_regions_are_those_of_the_api_s_documentation(
    prefix: str, shape: str, member: str
) -> None:
    documented = set(
        re.findall(
            rf"arn:aws:lambda:([a-z0-9-]+):(\d{{12}}):function:{prefix}-(\w+)",
            _documentation(shape, member),
        )
    )

    assert documented == {
        (name, region.function_account, function)
        for name, region in _COMMERCIAL.items()
        for function in {str(each.function) for each in _BUILT_IN} | {_UNPREPARED}
    }


def test_interfaces_are_those_of_the_api_s_documentation() -> None:
    documented = re.findall(
        r"arn:aws:sagemaker:(?:aws-)?region:(\d{12}):human-task-ui/(\w+)",
        _documentation("UiConfig", "HumanTaskUiArn"),
    )

    assert {account for account, _ in documented} == {Region(function_account="").interface_account}
    assert {name for _, name in documented} == {each.interface for each in _ALL} - {None}


def test_algorithms_are_those_of_the_api_s_documentation() -> None:
    documented = re.findall(
        r"arn:aws:sagemaker:region:(\d{12}):labeling-job-algorithm-specification/([a-z-]+)",
        _documentation("LabelingJobAlgorithmsConfig", "LabelingJobAlgorithmSpecificationArn"),
    )

    assert {account for account, _ in documented} == {Region(function_account="").algorithm_account}
    assert {name for _, name in documented} == {each.algorithm for each in _ALL} - {None}


def test_each_algorithm_is_that_of_its_task() -> None:
    assert {each.name: each.algorithm for each in _ALL if each.algorithm is not None} == {
        "bounding-box": "object-detection",
        "image-classification": "image-classification",
        "semantic-segmentation": "semantic-segmentation",
        "text-classification": "text-classification",
    }


def test_each_function_and_interface_is_that_of_its_task() -> None:
    assert {
        f"{each.purpose} {each.name}": (each.function, each.element or each.interface)
        for each in _BUILT_IN
    } == {
        "label image-classification": ("ImageMultiClass", "crowd-image-classifier"),
        "label image-classification-multi-label": (
            "ImageMultiClassMultiLabel",
            "crowd-image-classifier-multi-select",
        ),
        "label bounding-box": ("BoundingBox", "crowd-bounding-box"),
        "verify bounding-box": ("VerificationBoundingBox", "crowd-image-classifier"),
        "adjust bounding-box": ("AdjustmentBoundingBox", "crowd-bounding-box"),
        "label semantic-segmentation": ("SemanticSegmentation", "crowd-semantic-segmentation"),
        "verify semantic-segmentation": (
            "VerificationSemanticSegmentation",
            "crowd-image-classifier",
        ),
        "adjust semantic-segmentation": (
            "AdjustmentSemanticSegmentation",
            "crowd-semantic-segmentation",
        ),
        "label text-classification": ("TextMultiClass", "crowd-classifier"),
        "label text-classification-multi-label": (
            "TextMultiClassMultiLabel",
            "crowd-classifier-multi-select",
        ),
        "label named-entity-recognition": ("NamedEntityRecognition", "NamedEntityRecognition"),
        "label video-classification": ("VideoMultiClass", "crowd-classifier"),
        **{
            f"{form} video-object-{kind.lower()}": (
                f"{prefix}VideoObject{kind}",
                f"VideoObject{kind}",
            )
            for kind in ("Detection", "Tracking")
            for form, prefix in _REVIEWS_IN_PLACE.items()
        },
        **{
            f"{form} point-cloud-{name}": (f"{prefix}3DPointCloud{kind}", f"PointCloud{kind}")
            for name, kind in (
                ("object-detection", "ObjectDetection"),
                ("object-tracking", "ObjectTracking"),
                ("semantic-segmentation", "SemanticSegmentation"),
            )
            for form, prefix in _REVIEWS_IN_PLACE.items()
        },
    }


def test_labels_are_files_where_the_api_s_documentation_says_so() -> None:
    shape = _MODEL.operation_model("CreateLabelingJob").input_shape
    assert isinstance(shape, StructureShape)
    text = shape.members["LabelAttributeName"].documentation
    must = set(re.findall(r"<code>\(?(\w+)\)?</code>", text)) - {"LabelAttributeName"}
    must_not = {"VerificationSemanticSegmentation"}

    assert must_not <= must
    assert {each.function for each in _BUILT_IN if each.attribute_is_reference} == must - must_not


@pytest.mark.parametrize("task_type", _BUILT_IN, ids=_id)
def test_a_task_has_either_a_ready_interface_or_a_template(task_type: TaskType) -> None:
    assert (task_type.element is None) != (task_type.interface is None)
    assert (task_type.element is None) == (task_type.element_name is None)


@pytest.mark.parametrize("task_type", _BUILT_IN, ids=_id)
def test_a_review_is_of_the_same_data_and_can_t_be_automated(task_type: TaskType) -> None:
    original = TASK_TYPES[task_type.name]

    assert task_type.data is original.data
    assert task_type.purpose == "label" or task_type.algorithm is None


def test_thirteen_built_in_tasks_and_one_s_own_make_the_catalogue() -> None:
    assert len(TASK_TYPES) == 14
    assert all(name == task_type.name for name, task_type in TASK_TYPES.items())
    assert set(CUSTOM_DATA) == {"text", "image", "video", "audio", "file"}


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_a_region_outside_of_the_commercial_partition_promises_nothing_unknown(region: str) -> None:
    is_commercial = REGIONS[region].partition == "aws"

    assert (REGIONS[region].interface_account is not None) == is_commercial
    assert (REGIONS[region].algorithm_account is not None) == is_commercial
    assert REGIONS[region].crowd_elements.endswith("/crowd-html-elements.js")
