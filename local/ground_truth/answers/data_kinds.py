"""What a labeling job labels: how a manifest's lines name it, and what its bucket must allow.

Limits: https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html. CORS:
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-cors-update.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-video-overview.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: The manifest keys of which each line has one: a text, or the S3 URI of what is labeled.
SOURCES: Final = ("source", "source-ref")
#: Of one picture, also of a mask.
MAXIMUM_PIXELS: Final = 100_000_000


@dataclass(frozen=True, kw_only=True)
class DataKind:
    """A kind of data objects."""

    #: What it is, for messages.
    name: str
    #: The one of SOURCES that holds it; None if either may.
    source: str | None = "source-ref"
    #: The methods that any origin must be allowed on buckets with data objects.
    cors: frozenset[str] = frozenset({"GET"})
    #: Whether the output bucket needs the same rule.
    cors_of_output: bool = False
    #: The bytes that a picture may have; None for what is no picture.
    maximum_bytes: int | None = None
    #: Whether lines name sequence files, and how many frames one may have.
    maximum_frames: int | None = None
    #: Whether it is a point cloud, or a sequence of them.
    is_point_cloud: bool = False

    @property
    def is_image(self) -> bool:
        """Whether it is a picture."""
        return self.maximum_bytes is not None


_FRAME_CORS: Final = frozenset({"GET", "HEAD", "PUT"})

TEXT: Final = DataKind(name="text", source="source", cors=frozenset())
IMAGE: Final = DataKind(name="image", maximum_bytes=40_000_000)
VIDEO: Final = DataKind(name="video clip")
FRAMES: Final = DataKind(
    name="video frames", cors=_FRAME_CORS, cors_of_output=True, maximum_frames=2_000
)
POINT_CLOUD: Final = DataKind(
    name="point cloud", cors=_FRAME_CORS, cors_of_output=True, is_point_cloud=True
)
POINT_CLOUDS: Final = DataKind(
    name="sequence of point clouds",
    cors=_FRAME_CORS,
    cors_of_output=True,
    maximum_frames=500,
    is_point_cloud=True,
)
#: What a custom template shows.
ANY: Final = DataKind(name="data object", source=None)
