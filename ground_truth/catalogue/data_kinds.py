"""What people bring to be labeled: which files are data objects and how large they may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from dataset.limits import MAXIMUM_VALUE

_MEGABYTE: Final = 1_000_000

#: How data objects come into an input manifest, which is what the function is told:
#: `text` inlines it as `source`, because Ground Truth shows workers the literal value of that key;
#: `object` names an S3 object as `source-ref`; `frames` writes a sequence file for each folder of
#: frames and names that; `point-cloud` and `point-cloud-sequence` come as a user's manifest
#: only, since nothing but the person knows the poses and time stamps in it; `any` is a user's
#: manifest whose lines have either key.
InputKind = Literal["text", "object", "frames", "point-cloud", "point-cloud-sequence", "any"]


@dataclass(frozen=True, kw_only=True)
class Cors:
    """A CORS rule that Ground Truth asks of a bucket. Origins are always `*`.

    Workers' browsers read by presigned URL, so that objects stay private; a pattern of origins is
    refused when a job is created.
    """

    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    maximum_age: int | None = None


#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-cors-update.html
IMAGE_CORS: Final = Cors(methods=("GET",))
#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-video-overview.html and
#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-general-information.html
FRAME_CORS: Final = Cors(methods=("GET", "HEAD", "PUT"), headers=("*",), maximum_age=3000)


@dataclass(frozen=True, kw_only=True)
class DataKind:
    """One kind of data objects.

    Formats and limits: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-supported-data-formats.html
    and https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
    """

    #: What people call it, as in `expected an image`.
    name: str
    input_kind: InputKind
    #: Endings of the object keys, in lower case; none allows all.
    extensions: tuple[str, ...]
    #: Bytes of one object, or None where no limit is documented.
    maximum_bytes: int | None = None
    #: Characters of a text, or None for what is no text.
    maximum_characters: int | None = None
    #: Frames of one sequence, or None for what is no sequence.
    maximum_frames: int | None = None
    #: What Ground Truth asks of buckets; it asks nothing for text.
    cors: Cors | None = None

    @property
    def is_sequence(self) -> bool:
        """Whether a data object is a file that names other files."""
        return self.maximum_frames is not None


_IMAGES: Final = (".jpg", ".jpeg", ".png")

TEXT: Final = DataKind(
    name="text", input_kind="text", extensions=(".txt", ".csv"), maximum_characters=MAXIMUM_VALUE
)
IMAGE: Final = DataKind(
    name="image",
    input_kind="object",
    extensions=_IMAGES,
    maximum_bytes=40 * _MEGABYTE,
    cors=IMAGE_CORS,
)
VIDEO: Final = DataKind(
    name="video", input_kind="object", extensions=(".mp4", ".ogg", ".webm"), cors=IMAGE_CORS
)
FRAMES: Final = DataKind(
    name="video frames",
    input_kind="frames",
    extensions=_IMAGES,
    maximum_frames=2_000,
    cors=FRAME_CORS,
)
POINT_CLOUD: Final = DataKind(
    name="point cloud", input_kind="point-cloud", extensions=(), cors=FRAME_CORS
)
POINT_CLOUD_SEQUENCE: Final = DataKind(
    name="point cloud sequence",
    input_kind="point-cloud-sequence",
    extensions=(".json",),
    maximum_frames=500,
    cors=FRAME_CORS,
)

#: What a custom task may be about, by its name in the environment file. A worker's browser must be
#: able to show it, so the endings are those that browsers know.
CUSTOM_DATA: Final[dict[str, DataKind]] = {
    kind.name: kind
    for kind in (
        TEXT,
        IMAGE,
        VIDEO,
        DataKind(
            name="audio",
            input_kind="object",
            extensions=(".flac", ".m4a", ".mp3", ".ogg", ".wav"),
            cors=IMAGE_CORS,
        ),
        DataKind(name="file", input_kind="object", extensions=(), cors=IMAGE_CORS),
    )
}
#: A user's manifest of a custom task, whatever it is about.
MANIFEST: Final = DataKind(name="manifest", input_kind="any", extensions=(), cors=IMAGE_CORS)
