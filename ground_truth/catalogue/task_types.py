"""The catalogue of labeling tasks: what Ground Truth expects and allows for each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from dataset.limits import MAXIMUM_OBJECTS
from ground_truth.catalogue.data_kinds import (
    FRAMES,
    IMAGE,
    MANIFEST,
    POINT_CLOUD,
    POINT_CLOUD_SEQUENCE,
    TEXT,
    VIDEO,
    DataKind,
)

#: Data objects that automated labeling needs
#: (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-automated-labeling.html).
FEWEST_AUTOMATED: Final = 1_250

_HOUR: Final = 3_600
_DAY: Final = 86_400
#: Longer times are announced for video frames and point clouds, but differently in different
#: documents; this one is in all of them.
_WEEK: Final = 7 * _DAY


@dataclass(frozen=True, kw_only=True)
class TaskType:
    """One of Ground Truth's labeling tasks, or the verification or adjustment of its labels.

    Functions, user interfaces and the rule for the label attribute are from botocore's
    documentation of PreHumanTaskLambdaArn, AnnotationConsolidationLambdaArn, HumanTaskUiArn and
    LabelAttributeName; counts of labels and objects are those of
    https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html.
    """

    #: The name in the environment file.
    name: str
    #: As a heading.
    title: str
    #: The page of AWS's guide below https://docs.aws.amazon.com/sagemaker/latest/dg/.
    page: str
    data: DataKind
    #: `<X>` of the functions `PRE-<X>` and `ACS-<X>`, or None for custom tasks.
    function: str | None
    purpose: Literal["label", "verify", "adjust"] = "label"
    #: The crowd element of the worker template and its `name`, by which the consolidation function
    #: finds the answer; None where there is a ready user interface.
    element: str | None = None
    element_name: str | None = None
    #: The name of the ready user interface.
    interface: str | None = None
    #: Whether the label attribute's name ends with `-ref`, because labels are files.
    attribute_is_reference: bool = False
    #: `classes`: names only. `entities`: with short names and instructions. `attributes`: the
    #: dialect of video frames and point clouds, with attributes, instructions and audit settings.
    label_file: Literal["classes", "entities", "attributes"] = "classes"
    minimum_labels: int = 1
    #: None where no limit is documented.
    maximum_labels: int | None = None
    #: Characters of a label's name.
    maximum_label_length: int = 256
    #: Whether labels can have attributes; frames can have them wherever the dialect knows them.
    label_attributes: bool = False
    #: The tools of video frames (`annotationType`), by their names in the environment file.
    annotations: tuple[str, ...] = ()
    #: TaskTimeLimitInSeconds of a private team (botocore: HumanTaskConfig).
    maximum_task_seconds: int = 8 * _HOUR
    #: Data objects of one job.
    maximum_objects: int = MAXIMUM_OBJECTS
    #: `<X>` of the algorithm for automated labeling, None where there is none.
    algorithm: str | None = None
    #: Labels that it can learn, None where no smaller limit is documented.
    maximum_labels_automated: int | None = None
    #: The tasks in which workers review the labels of this one, None where there are none.
    verification: TaskType | None = None
    adjustment: TaskType | None = None

    @property
    def with_reviews(self) -> tuple[TaskType, ...]:
        """The task itself, and those in which workers review its labels."""
        reviews = (self.verification, self.adjustment)
        return (self, *(each for each in reviews if each is not None))

    @property
    def choices_are_verdicts(self) -> bool:
        """Whether workers choose what they think of earlier labels, instead of labels."""
        return self.purpose == "verify" and self.label_file == "classes"


def _audited(task_type: TaskType) -> TaskType:
    """Return a task on images, with its verification and adjustment.

    A verification asks what workers think of the labels that they see over the image
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-crowd-image-classifier.html).
    """
    adjustment = replace(
        task_type, purpose="adjust", function=f"Adjustment{task_type.function}", algorithm=None
    )
    verification = replace(
        adjustment,
        purpose="verify",
        function=f"Verification{task_type.function}",
        page="sms-label-verification.html",
        element="crowd-image-classifier",
        element_name="crowd-image-classifier",
        attribute_is_reference=False,
        minimum_labels=2,
        maximum_labels=None,
    )
    return replace(task_type, verification=verification, adjustment=adjustment)


def _audited_in_place(task_type: TaskType) -> TaskType:
    """Return a task on frames or point clouds, with its verification and adjustment.

    Both have the same function; the label file says which of the two it is
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-verification-data.html).
    """
    adjustment = replace(task_type, purpose="adjust", function=f"Adjustment{task_type.function}")
    return replace(
        task_type, verification=replace(adjustment, purpose="verify"), adjustment=adjustment
    )


def _by_name(*task_types: TaskType) -> dict[str, TaskType]:
    return {task_type.name: task_type for task_type in task_types}


_ANNOTATIONS: Final = ("bounding-box", "polygon", "polyline", "keypoint")

_IMAGE_TASKS: Final = (
    TaskType(
        name="image-classification",
        title="Image classification, one label",
        page="sms-image-classification.html",
        data=IMAGE,
        function="ImageMultiClass",
        element="crowd-image-classifier",
        element_name="crowd-image-classifier",
        minimum_labels=2,
        algorithm="image-classification",
    ),
    TaskType(
        name="image-classification-multi-label",
        title="Image classification, several labels",
        page="sms-image-classification-multilabel.html",
        data=IMAGE,
        function="ImageMultiClassMultiLabel",
        element="crowd-image-classifier-multi-select",
        element_name="crowd-image-classifier-multi-select",
        minimum_labels=2,
        maximum_labels=50,
    ),
    _audited(
        TaskType(
            name="bounding-box",
            title="Bounding boxes",
            page="sms-bounding-box.html",
            data=IMAGE,
            function="BoundingBox",
            element="crowd-bounding-box",
            element_name="boundingBox",
            maximum_labels=50,
            algorithm="object-detection",
        )
    ),
    _audited(
        TaskType(
            name="semantic-segmentation",
            title="Semantic segmentation",
            page="sms-semantic-segmentation.html",
            data=IMAGE,
            function="SemanticSegmentation",
            element="crowd-semantic-segmentation",
            element_name="crowd-semantic-segmentation",
            attribute_is_reference=True,
            maximum_objects=20_000,
            algorithm="semantic-segmentation",
            maximum_labels_automated=20,
        )
    ),
)

_TEXT_TASKS: Final = (
    TaskType(
        name="text-classification",
        title="Text classification, one label",
        page="sms-text-classification.html",
        data=TEXT,
        function="TextMultiClass",
        element="crowd-classifier",
        element_name="crowd-classifier",
        minimum_labels=2,
        algorithm="text-classification",
    ),
    TaskType(
        name="text-classification-multi-label",
        title="Text classification, several labels",
        page="sms-text-classification-multilabel.html",
        data=TEXT,
        function="TextMultiClassMultiLabel",
        element="crowd-classifier-multi-select",
        element_name="crowd-classifier-multi-select",
        minimum_labels=2,
        maximum_labels=50,
    ),
    TaskType(
        name="named-entity-recognition",
        title="Named entities in text",
        page="sms-named-entity-recg.html",
        data=TEXT,
        function="NamedEntityRecognition",
        interface="NamedEntityRecognition",
        label_file="entities",
    ),
)

_VIDEO_TASKS: Final = (
    TaskType(
        name="video-classification",
        title="Classification of video clips",
        page="sms-video-classification.html",
        data=VIDEO,
        function="VideoMultiClass",
        element="crowd-classifier",
        element_name="crowd-classifier",
        maximum_labels=30,
    ),
    *(
        _audited_in_place(
            TaskType(
                name=f"video-object-{kind}",
                title=f"Object {kind} in video frames",
                page=f"sms-video-object-{kind}.html",
                data=FRAMES,
                function=f"VideoObject{kind.capitalize()}",
                interface=f"VideoObject{kind.capitalize()}",
                attribute_is_reference=True,
                label_file="attributes",
                maximum_labels=30,
                maximum_label_length=16,
                label_attributes=True,
                annotations=_ANNOTATIONS,
                maximum_task_seconds=_WEEK,
                # Sequences in one manifest.
                maximum_objects=10,
            )
        )
        for kind in ("detection", "tracking")
    ),
)

_POINT_CLOUD_TASKS: Final = tuple(
    _audited_in_place(
        TaskType(
            name=f"point-cloud-{name}",
            title=f"{title} in 3D point clouds",
            page=f"sms-point-cloud-{name}.html",
            data=data,
            function=f"3DPointCloud{suffix}",
            # Without the `3D` of the function's name.
            interface=f"PointCloud{suffix}",
            attribute_is_reference=attribute_is_reference,
            label_file="attributes",
            maximum_labels=30,
            maximum_label_length=16,
            label_attributes=label_attributes,
            maximum_task_seconds=_WEEK,
        )
    )
    for name, title, suffix, data, attribute_is_reference, label_attributes in (
        ("object-detection", "Object detection", "ObjectDetection", POINT_CLOUD, False, True),
        ("object-tracking", "Object tracking", "ObjectTracking", POINT_CLOUD_SEQUENCE, True, True),
        (
            "semantic-segmentation",
            "Semantic segmentation",
            "SemanticSegmentation",
            POINT_CLOUD,
            True,
            False,
        ),
    )
)

#: What a custom template asks
#: (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates.html).
CUSTOM: Final = TaskType(
    name="custom",
    title="Your own template",
    page="sms-custom-templates.html",
    data=MANIFEST,
    function=None,
    minimum_labels=0,
)

#: By the name in the environment file.
TASK_TYPES: Final[dict[str, TaskType]] = _by_name(
    *_IMAGE_TASKS, *_TEXT_TASKS, *_VIDEO_TASKS, *_POINT_CLOUD_TASKS, CUSTOM
)
