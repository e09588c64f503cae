"""What the jobs' function calls the data objects of each kind in the manifests that it writes.

What is labeled is known again by its line: with another one, workers label it once more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from cli.plan.assembly import AssembledEnvironment
from tests.infra.job_runs import Run

_STREETS: Final[Mapping[str, bytes]] = {
    "Streets/1.jpg": b"1",
    "Streets/a street/Größe & 2.PNG": b"2",
    "Streets/notes.txt": b"no image",
}
_FRAMES: Final[Mapping[str, bytes]] = {
    f"Frames/{folder}/{name}": b"frame"
    for folder in ("Brücke 1", "crossing/north")
    for name in ("0001.jpg", "0002.jpg", "0010 ü.jpg")
}
#: Lines as people write them: with other names, other spaces, and no line break at the end.
_NAMES: Final = (
    '{"source": "Ana met Bo in Zürich.", "id": 7}\r\n'
    "\n"
    '{ "id":"8",  "source":"Cleo \\u2014 at home" }'
)
_EARLIER: Final = (
    '{"source-ref":"s3://Data.DataInputC289B3F3/Streets/1.jpg",'
    '"vehicles":{"annotations":[]},"vehicles-metadata":{"job-name":"earlier"}}\n'
    '{"source-ref": "s3://Data.DataInputC289B3F3/Streets/2.jpg"}\n'
)
#: Environment → job → what is in its input bucket.
_OBJECTS: Final[Mapping[str, Mapping[str, Mapping[str, bytes]]]] = {
    "catalogue": {
        "cars": _STREETS,
        "mood": {"Texts/a.txt": b'Fine\r\n\nSo "so"\n', "Texts/ü.txt": "Größe".encode()},
        "topics": {"Tables/a.csv": 'id,review\n1,"Dear, but\ngood"\n2,\n3,Größe\n'.encode()},
        "names": {"manifests/names.jsonl": _NAMES.encode()},
        "clips": {"Clips/day 1.mp4": b"clip"},
        "frames": _FRAMES,
    },
    "deployed": {
        "even-odd": {"Input/01.txt": b"1\n", "Input/ü 2.txt": '"Größe"\t2'.encode()},
        "earlier-cars-adjusted": {"earlier/output.manifest": _EARLIER.encode()},
    },
}
#: Environment → job that reviews the labels of another → that one.
_REVIEWS: Final[Mapping[str, Mapping[str, str]]] = {
    "catalogue": {"cars-checked": "cars", "cars-adjusted": "cars", "frames-adjusted": "frames"},
    "deployed": {"cars-checked": "cars"},
}


def of_manifests(environment: AssembledEnvironment) -> dict[str, Any]:
    """Return the lines of an environment's jobs, and the sequence files that they name."""
    found = {}
    for key, objects in _OBJECTS[environment.name].items():
        found[key] = _of_job(Run(environment, key, objects))
    for key, other in _REVIEWS[environment.name].items():
        reviewed = Run(environment, other, _FRAMES if other == "frames" else _STREETS)
        reviewed.send("Create")
        reviewed.label(objects=1)
        reviewed.end("Completed")
        found[key] = _of_job(Run(environment, key, {}, reviewed))
    return found


def _of_job(run: Run) -> dict[str, Any]:
    run.send("Create")
    references = [json.loads(line).get("source-ref", "") for line in run.manifest]
    return {
        "lines": run.manifest,
        "sequence files": {
            uri: run.content(uri) for uri in references if str(uri).endswith(".json")
        },
    }
