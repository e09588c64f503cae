"""Numbers of the service that templates and functions both go by."""

from __future__ import annotations

from typing import Final

#: Data objects of one job
#: (https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html).
MAXIMUM_OBJECTS: Final = 100_000
#: Characters of one line of an input manifest, and of one attribute in it
#: (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-input-data-input-manifest.html).
MAXIMUM_LINE: Final = 100_000
MAXIMUM_VALUE: Final = 20_000
#: Seconds after which Lambda drops an event that it could not deliver.
MAXIMUM_EVENT_AGE: Final = 3_600
