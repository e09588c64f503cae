"""The task types as data: how their objects are shown, answered and consolidated.

Sources: botocore's documentation of PreHumanTaskLambdaArn, LabelAttributeName and
LabelCategoryConfigS3Uri; https://docs.aws.amazon.com/sagemaker/latest/dg/sms-task-types.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Protocol

from local.ground_truth.answers import boxes, segmentation, verification
from local.ground_truth.answers.boxes import Boxes
from local.ground_truth.answers.classification import Classification
from local.ground_truth.answers.cuboids import Cuboids, TrackedCuboids
from local.ground_truth.answers.custom import Custom
from local.ground_truth.answers.data_kinds import (
    ANY,
    FRAMES,
    IMAGE,
    POINT_CLOUD,
    POINT_CLOUDS,
    TEXT,
    VIDEO,
    DataKind,
)
from local.ground_truth.answers.entities import Entities
from local.ground_truth.answers.label_files import (
    LabelFile,
    read_attributed,
    read_classes,
    read_entities,
)
from local.ground_truth.answers.manifests import MAXIMUM_OBJECTS
from local.ground_truth.answers.multi_label import MultiLabel
from local.ground_truth.answers.point_classes import PointClasses
from local.ground_truth.answers.segmentation import Segmentation
from local.ground_truth.answers.sequences import TOOLS, FrameObjects
from local.ground_truth.answers.subject import Consolidated, Subject
from local.ground_truth.answers.verification import Verification
from local.ground_truth.answers.worker_template import Form


class Answers(Protocol):
    """What workers may answer, and what many answers become."""

    def check(self, answer: Mapping[str, Any], subject: Subject, /) -> None:
        """Raise ValueError with a sentence if it is no answer."""

    def consolidate(
        self, answers: Sequence[Mapping[str, Any]], subject: Subject, /
    ) -> Consolidated:
        """Return the label that the answers, in the order they came, become together."""

    def example(self, subject: Subject, /) -> dict[str, Any]:
        """Return an answer that can be taken."""


class ReviewableAnswers(Answers, Protocol):
    """Answers that may begin with an earlier job's labels."""

    def check_previous(self, previous: Any, labels: LabelFile, /) -> None:
        """Raise ValueError unless `previous` is what a job of the same task type writes."""


@dataclass(frozen=True, kw_only=True)
class Labeling:
    """How objects of a task type are shown, answered and consolidated."""

    data: DataKind
    answers: Answers
    read_labels: Callable[[bytes], LabelFile]
    minimum_labels: int = 1
    #: None where no limit is documented.
    maximum_labels: int | None = None
    maximum_objects: int = MAXIMUM_OBJECTS
    #: What its worker template has; None for ready user interfaces and custom tasks.
    form: Form | None = None
    #: Whether an earlier job's labels are verified or adjusted.
    is_review: bool = False
    #: `type` in the metadata of the labels that it reviews; None where the label file names them.
    reviewed_type: str | None = None
    #: Whether the label file must have the labels of what is reviewed.
    keeps_labels: bool = True
    #: What looks at the labels that are reviewed, where their form is known.
    check_previous: Callable[[Any, LabelFile], None] | None = None


@dataclass(frozen=True, kw_only=True)
class TaskType:
    """A task type, named as in the ARNs of its functions."""

    name: str
    labeling: Labeling
    #: Whether the label attribute's name must end with `-ref`; all others must not.
    reference: bool = False
    #: The name of the ready user interface that it has instead of a template in S3.
    interface: str | None = None
    #: The longest TaskTimeLimitInSeconds.
    longest: int = 28_800
    #: The algorithm that can label for people, if there is one.
    algorithm: str | None = None


_LONG: Final = 2_592_000
#: Objects of one job with masks.
_MOST_MASKS: Final = 20_000


def _choice(name: str, data: DataKind, element: str, output_type: str, **more: Any) -> TaskType:
    """Return a classification, single or multi-label by its element."""
    is_multi, kind = element.endswith("multi-select"), f"groundtruth/{output_type}"
    most = 50 if is_multi else more.pop("maximum_labels", None)
    labeling = Labeling(
        data=data,
        answers=MultiLabel(element=element, output_type=kind)
        if is_multi
        else Classification(element=element, output_type=kind, may_be_text=data is TEXT),
        read_labels=read_classes,
        # "For image classification and text classification (single and multi-label) you must
        # specify at least two label categories": botocore, LabelCategoryConfigS3Uri.
        minimum_labels=1 if data is VIDEO else 2,
        maximum_labels=most,
        form=Form(
            element=element,
            name=element,
            labels="categories",
            image=data.is_image,
            child=None if data.is_image else "classification-target",
        ),
    )
    return TaskType(name=name, labeling=labeling, **more)


def _boxes(*, is_adjustment: bool) -> Labeling:
    return _drawing(
        Boxes(is_adjustment=is_adjustment),
        Form(element="crowd-bounding-box", name=boxes.NAME, labels="labels", image=True),
        boxes.OUTPUT_TYPE if is_adjustment else None,
        maximum_labels=50,
    )


def _masks(*, is_adjustment: bool) -> Labeling:
    return _drawing(
        Segmentation(is_adjustment=is_adjustment),
        Form(element=segmentation.NAME, name=segmentation.NAME, labels="labels", image=True),
        segmentation.OUTPUT_TYPE if is_adjustment else None,
        maximum_objects=_MOST_MASKS,
    )


def _drawing(answers: Answers, form: Form, adjusted_type: str | None, **more: Any) -> Labeling:
    """Return how something is drawn into images, anew or over earlier labels of a type."""
    return Labeling(
        data=IMAGE,
        answers=answers,
        read_labels=read_classes,
        form=replace(form, previous="initial-value") if adjusted_type else form,
        is_review=adjusted_type is not None,
        reviewed_type=adjusted_type,
        **more,
    )


def _verification(reviewed_type: str, most: int) -> Labeling:
    return Labeling(
        data=IMAGE,
        answers=Verification(),
        read_labels=read_classes,
        maximum_objects=most,
        form=Form(
            element=verification.ELEMENT,
            name=verification.ELEMENT,
            labels="categories",
            image=True,
            previous="overlay",
        ),
        is_review=True,
        reviewed_type=reviewed_type,
        keeps_labels=False,
    )


def _ready(name: str, data: DataKind, answers: ReviewableAnswers, *, reference: bool) -> TaskType:
    """Return a task on video frames or point clouds, all of which have ready interfaces."""
    is_review = name.startswith("Adjustment")
    can_link = name.endswith("3DPointCloudObjectTracking")
    is_video = data is FRAMES
    labeling = Labeling(
        data=data,
        answers=answers,
        read_labels=partial(
            read_attributed,
            tools=tuple(TOOLS) if is_video else (),
            can_link=can_link,
            has_attributes=not name.endswith("SemanticSegmentation"),
        ),
        maximum_labels=30,
        # "10 video frame sequences per manifest file"
        maximum_objects=10 if is_video else MAXIMUM_OBJECTS,
        is_review=is_review,
        check_previous=answers.check_previous,
    )
    # "3D" is in the functions' names only.
    interface = name.removeprefix("Adjustment").removeprefix("3D")
    return TaskType(
        name=name, labeling=labeling, reference=reference, interface=interface, longest=_LONG
    )


def _both(
    name: str, data: DataKind, family: Callable[..., ReviewableAnswers], *, reference: bool
) -> Iterator[TaskType]:
    """Yield the task type and the one that reviews its labels."""
    yield _ready(name, data, family(), reference=reference)
    yield _ready(f"Adjustment{name}", data, family(is_review=True), reference=reference)


#: Tasks with a person's own template, with or without functions.
CUSTOM: Final = TaskType(
    name="PassThrough",
    labeling=Labeling(data=ANY, answers=Custom(), read_labels=read_classes, minimum_labels=0),
)

_TYPES: Final[tuple[TaskType, ...]] = (
    _choice(
        "ImageMultiClass",
        IMAGE,
        "crowd-image-classifier",
        "image-classification",
        algorithm="image-classification",
    ),
    _choice(
        "ImageMultiClassMultiLabel",
        IMAGE,
        "crowd-image-classifier-multi-select",
        "image-classification-multilabel",
    ),
    _choice(
        "TextMultiClass",
        TEXT,
        "crowd-classifier",
        "text-classification",
        algorithm="text-classification",
    ),
    _choice(
        "TextMultiClassMultiLabel",
        TEXT,
        "crowd-classifier-multi-select",
        "text-classification-multilabel",
    ),
    # The guide shows no output of this type; its `type` is made like the others'.
    _choice(
        "VideoMultiClass", VIDEO, "crowd-classifier", "video-classification", maximum_labels=30
    ),
    TaskType(
        name="BoundingBox", labeling=_boxes(is_adjustment=False), algorithm="object-detection"
    ),
    TaskType(name="AdjustmentBoundingBox", labeling=_boxes(is_adjustment=True)),
    TaskType(
        name="VerificationBoundingBox", labeling=_verification(boxes.OUTPUT_TYPE, MAXIMUM_OBJECTS)
    ),
    TaskType(
        name="SemanticSegmentation",
        labeling=_masks(is_adjustment=False),
        reference=True,
        algorithm="semantic-segmentation",
    ),
    TaskType(
        name="AdjustmentSemanticSegmentation", labeling=_masks(is_adjustment=True), reference=True
    ),
    TaskType(
        name="VerificationSemanticSegmentation",
        labeling=_verification(segmentation.OUTPUT_TYPE, _MOST_MASKS),
    ),
    TaskType(
        name="NamedEntityRecognition",
        labeling=Labeling(data=TEXT, answers=Entities(), read_labels=read_entities),
        interface="NamedEntityRecognition",
    ),
    *_both("VideoObjectDetection", FRAMES, FrameObjects, reference=True),
    *_both("VideoObjectTracking", FRAMES, partial(FrameObjects, is_tracking=True), reference=True),
    *_both("3DPointCloudObjectDetection", POINT_CLOUD, Cuboids, reference=False),
    *_both("3DPointCloudObjectTracking", POINT_CLOUDS, TrackedCuboids, reference=True),
    *_both("3DPointCloudSemanticSegmentation", POINT_CLOUD, PointClasses, reference=True),
    CUSTOM,
)

TASK_TYPES: Final[Mapping[str, TaskType]] = {each.name: each for each in _TYPES}
