"""A change of each key of an environment file: what the file says before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: What a file says, as YAML has it; a mapping in it is laid over that of the file.
Said = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class KeyChange:
    """A change of one key."""

    #: What else the file says.
    base: Said
    before: Said = field(default_factory=dict)
    after: Said
    #: Keys that change with it, because one goes not without the other.
    also: tuple[str, ...] = ()

    @property
    def old(self) -> dict[str, Any]:
        """What the file says before."""
        return laid_over(self.base, self.before)

    @property
    def new(self) -> dict[str, Any]:
        """What the file says afterwards."""
        return laid_over(self.base, self.after)


def laid_over(below: Said, above: Said) -> dict[str, Any]:
    """Return what both say, mappings together; None takes a key away."""
    found = dict(below)
    for name, value in above.items():
        is_both = isinstance(value, Mapping) and isinstance(found.get(name), Mapping)
        found[name] = laid_over(found[name], value) if is_both else value
    return {name: value for name, value in found.items() if value is not None}


_KEY: Final = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_FUNCTION: Final = "arn:aws:lambda:us-east-1:111122223333:function:"
_JOB: Final[Said] = {
    "title": "Which?",
    "description": "Choose one.",
    "instructions": {"short": "Choose one."},
    "team": "readers",
}
_TEXTS: Final[Said] = _JOB | {
    "task": "text-classification",
    "input": {"prefix": "Input/"},
    "labels": ["Even", "Odd"],
}
_NAMES: Final[Said] = _TEXTS | {
    "task": "named-entity-recognition",
    "input": {"manifest": "names.jsonl"},
    "labels": ["Person", "Place"],
}
_TABLES: Final[Said] = _TEXTS | {"input": {"prefix": "Input/", "column": "review"}}
_IMAGES: Final[Said] = _TEXTS | {"task": "image-classification"}
_FRAMES: Final[Said] = _TEXTS | {"task": "video-object-detection", "labels": ["Car", "Bus"]}
_CUSTOM: Final[Said] = {
    **{name: value for name, value in _JOB.items() if name != "instructions"},
    "task": "custom",
    "data": "image",
    "input": {"prefix": "Input/"},
    "template": "templates/receipt.html",
    "pre_annotation": f"{_FUNCTION}prepare",
}
_VERDICTS: Final[Said] = _JOB | {"labels": ["Good", "Bad"], "verify": "cars"}
_EARLIER: Final[Said] = _JOB | {
    "verify": {
        "manifest": "s3://another-bucket/frames.manifest",
        "task": "video-object-detection",
        "label_attribute": "vehicles-ref",
    },
    "input": {"prefix": "Input/"},
    "labels": ["Car", "Bus"],
    "frame_attributes": [{"name": "right", "description": "Is it?", "choices": ["yes", "no"]}],
}
_AUTOMATED: Final[Said] = _IMAGES | {
    "auto_label": {"subnets": ["subnet-0a1b2c3d"], "security_groups": ["sg-0a1b2c3d"]}
}

#: What jobs of the same file are reviewed.
REVIEWED_JOBS: Final = {
    key: _IMAGES | {"task": "bounding-box", "labels": ["Car", "Bus"]} for key in ("cars", "vans")
}


def _attribute(**more: Any) -> Said:
    attribute = {"name": "seats", "minimum": 2, "maximum": 90} | more
    asked = {name: value for name, value in attribute.items() if value is not None}
    return {"labels": [{"name": "Car", "attributes": [asked]}, "Bus"]}


_NO_NUMBERS: Final[Said] = {"minimum": None, "maximum": None}
_OF_CARS: Final = {"name": "plate"}

#: By the keys below `jobs.<name>`.
OF_JOBS: Final[Mapping[str, KeyChange]] = {
    "verify": KeyChange(base=_VERDICTS, after={"verify": "vans"}),
    "verify.job": KeyChange(base=_VERDICTS, after={"verify": "vans"}),
    "verify.manifest": KeyChange(
        base=_EARLIER, after={"verify": {"manifest": "s3://another-bucket/later.manifest"}}
    ),
    "verify.task": KeyChange(base=_EARLIER, after={"verify": {"task": "video-object-tracking"}}),
    "verify.label_attribute": KeyChange(
        base=_EARLIER, after={"verify": {"label_attribute": "cars-ref"}}
    ),
    "adjust": KeyChange(base=_JOB | {"adjust": "cars"}, after={"adjust": "vans"}),
    "task": KeyChange(base=_TEXTS, after={"task": "text-classification-multi-label"}),
    "data": KeyChange(base=_CUSTOM, after={"data": "video"}),
    "input.prefix": KeyChange(base=_TEXTS, after={"input": {"prefix": "Other/"}}),
    "input.manifest": KeyChange(base=_NAMES, after={"input": {"manifest": "others.jsonl"}}),
    "input.split": KeyChange(base=_TEXTS, after={"input": {"split": "line"}}),
    "input.column": KeyChange(base=_TABLES, after={"input": {"column": "title"}}),
    "input.include": KeyChange(base=_TEXTS, after={"input": {"include": ["*.txt"]}}),
    "input.exclude": KeyChange(base=_TEXTS, after={"input": {"exclude": ["drafts/**"]}}),
    "input.sample": KeyChange(base=_TEXTS, after={"input": {"sample": 5}}),
    "input.limit": KeyChange(base=_TEXTS, after={"input": {"limit": 5}}),
    "input.order": KeyChange(base=_TEXTS, after={"input": {"order": "shuffled"}}),
    "input.seed": KeyChange(
        base=_TEXTS, before={"input": {"sample": 5}}, after={"input": {"sample": 5, "seed": 7}}
    ),
    "input.when_empty": KeyChange(base=_TEXTS, after={"input": {"when_empty": "skip"}}),
    "annotation": KeyChange(base=_FRAMES, after={"annotation": "polygon"}),
    "labels": KeyChange(base=_TEXTS, after={"labels": ["Even", "Odd", "Zero"]}),
    "labels[].name": KeyChange(base=_TEXTS, after={"labels": ["Even", "Uneven"]}),
    "labels[].short_name": KeyChange(
        base=_NAMES, after={"labels": [{"name": "Person", "short_name": "per"}, "Place"]}
    ),
    "labels[].attributes": KeyChange(base=_FRAMES, after=_attribute()),
    "labels[].attributes[].name": KeyChange(
        base=_FRAMES, before=_attribute(), after=_attribute(name="doors")
    ),
    "labels[].attributes[].description": KeyChange(
        base=_FRAMES, before=_attribute(), after=_attribute(description="How many?")
    ),
    "labels[].attributes[].choices": KeyChange(
        base=_FRAMES,
        before=_attribute(**_NO_NUMBERS, choices=["few", "many"]),
        after=_attribute(**_NO_NUMBERS, choices=["one", "many"]),
    ),
    "labels[].attributes[].minimum": KeyChange(
        base=_FRAMES, before=_attribute(), after=_attribute(minimum=1)
    ),
    "labels[].attributes[].maximum": KeyChange(
        base=_FRAMES, before=_attribute(), after=_attribute(maximum=91)
    ),
    "labels[].attributes[].required": KeyChange(
        base=_FRAMES, before=_attribute(), after=_attribute(required=True)
    ),
    "attributes": KeyChange(base=_FRAMES, after={"attributes": [_OF_CARS]}),
    "frame_attributes": KeyChange(
        base=_FRAMES, after={"frame_attributes": [{**_OF_CARS, "description": "Is it clear?"}]}
    ),
    "title": KeyChange(base=_TEXTS, after={"title": "Even?"}),
    "description": KeyChange(base=_TEXTS, after={"description": "Choose."}),
    "instructions": KeyChange(base=_TEXTS, after={"instructions": {"short": "Choose well."}}),
    "instructions.short": KeyChange(base=_TEXTS, after={"instructions": {"short": "Choose well."}}),
    "instructions.full": KeyChange(base=_TEXTS, after={"instructions": {"full": "Choose well."}}),
    "instructions.good_example": KeyChange(
        base=_TEXTS, after={"instructions": {"good_example": "42 is Even."}}
    ),
    "instructions.bad_example": KeyChange(
        base=_TEXTS, after={"instructions": {"bad_example": "21 is Even."}}
    ),
    "pre_annotation": KeyChange(base=_CUSTOM, after={"pre_annotation": f"{_FUNCTION}other"}),
    "post_annotation": KeyChange(base=_CUSTOM, after={"post_annotation": f"{_FUNCTION}other"}),
    "template": KeyChange(base=_CUSTOM, after={"template": "templates/another.html"}),
    "team": KeyChange(base=_TEXTS, after={"team": "writers"}),
    "workers_per_object": KeyChange(base=_TEXTS, after={"workers_per_object": 2}),
    "task_time_limit": KeyChange(base=_TEXTS, after={"task_time_limit": "6 minutes"}),
    "task_availability": KeyChange(base=_TEXTS, after={"task_availability": "9 days"}),
    "label_attribute": KeyChange(base=_TEXTS, after={"label_attribute": "parity"}),
    "max_concurrent_tasks": KeyChange(base=_TEXTS, after={"max_concurrent_tasks": 500}),
    "keywords": KeyChange(base=_TEXTS, after={"keywords": ["numbers"]}),
    "stop_when.labeled_objects": KeyChange(
        base=_TEXTS,
        before={"stop_when": {"labeled_objects": 4}},
        after={"stop_when": {"labeled_objects": 5}},
    ),
    "stop_when.labeled_percentage": KeyChange(
        base=_TEXTS,
        before={"stop_when": {"labeled_percentage": 4}},
        after={"stop_when": {"labeled_percentage": 5}},
    ),
    "auto_label": KeyChange(
        base=_IMAGES, after=_AUTOMATED, also=("auto_label.subnets", "auto_label.security_groups")
    ),
    "auto_label.volume_key": KeyChange(base=_AUTOMATED, after={"auto_label": {"volume_key": _KEY}}),
    "auto_label.subnets": KeyChange(
        base=_AUTOMATED, after={"auto_label": {"subnets": ["subnet-1a1b2c3d"]}}
    ),
    "auto_label.security_groups": KeyChange(
        base=_AUTOMATED, after={"auto_label": {"security_groups": ["sg-1a1b2c3d"]}}
    ),
    "content_classifiers": KeyChange(
        base=_TEXTS, after={"content_classifiers": ["FreeOfAdultContent"]}
    ),
    "output_key": KeyChange(base=_TEXTS, after={"output_key": _KEY}),
    "revision": KeyChange(base=_TEXTS, after={"revision": 2}),
    "on_change": KeyChange(base=_TEXTS, after={"on_change": "fail"}),
    "relabel": KeyChange(base=_TEXTS, after={"relabel": True}),
    "stop_on_delete": KeyChange(base=_TEXTS, after={"stop_on_delete": False}),
    "tags": KeyChange(base=_TEXTS, after={"tags": {"cost-center": "labeling"}}),
}

#: The environment of those jobs, and what the changes of other keys begin with.
TEAMS: Final[Said] = {
    key: {"description": "Reads", "workers": ["ana@example.com", "bo@example.com"]}
    for key in ("readers", "writers")
}
CREATE: Final[Said] = {
    "region": "us-east-1",
    "protected": False,
    "workforce": {
        "create": {"organization": "Example Labs", "support_email": "labeling@example.com"},
        "teams": TEAMS,
    },
}
_WITH_JOB: Final[Said] = CREATE | {"jobs": {"even-odd": _TEXTS}}
_CLIENT: Final = "arn:aws:secretsmanager:us-east-1:111122223333:secret:"
_OIDC: Final[Said] = CREATE | {
    "workforce": {
        "oidc": {
            "client_id": "ground-truth",
            "client_secret": f"{_CLIENT}labeling-a1B2c3",
            "issuer": "https://id.example.com",
            "authorization_endpoint": "https://id.example.com/authorize",
            "token_endpoint": "https://id.example.com/token",
            "user_info_endpoint": "https://id.example.com/userinfo",
            "logout_endpoint": "https://id.example.com/logout",
            "jwks_uri": "https://id.example.com/keys",
        },
        "teams": {"readers": {"description": "Reads", "groups": ["labelers"]}},
    },
}
_ADOPT: Final[Said] = CREATE | {
    "workforce": {
        "adopt": {
            "workforce_name": "default",
            "user_pool_id": "us-east-1_AbC123",
            "client_id": "1h57kf5cpq",
        },
        "teams": TEAMS,
    },
}
_SHARED: Final[Said] = CREATE | {"workforce": {"shared_with": "owner", "teams": TEAMS}}
#: Files beside the environment's, whose workforces it may share.
OWNERS: Final = dict.fromkeys(("owner", "another-owner"), CREATE)

_NETWORK: Final[Said] = {
    "vpc": {
        "id": "vpc-0a1b2c3d",
        "subnets": ["subnet-0a1b2c3d"],
        "security_groups": ["sg-0a1b2c3d"],
    }
}


def _create(after: Said, before: Said | None = None) -> KeyChange:
    old, new = ({"workforce": {"create": said}} for said in (before or {}, after))
    return KeyChange(base=CREATE, before=old, after=new)


def _oidc(after: Said) -> KeyChange:
    return KeyChange(base=_OIDC, after={"workforce": {"oidc": after}})


def _team(after: Said, base: Said = CREATE) -> KeyChange:
    return KeyChange(base=base, after={"workforce": {"teams": {"readers": after}}})


def _workers(*workers: Said) -> Said:
    return {"workforce": {"teams": {"readers": {"workers": [*workers]}}}}


def _adopt(after: Said) -> KeyChange:
    return KeyChange(base=_ADOPT, after={"workforce": {"adopt": after}})


def _network(**change: Any) -> KeyChange:
    return _create({"vpc": {**_NETWORK["vpc"], **change}}, _NETWORK)


#: By the keys of an environment file, but those of a job.
OF_ENVIRONMENTS: Final[Mapping[str, KeyChange]] = {
    "region": KeyChange(base=CREATE, after={"region": "us-west-2"}),
    "account": KeyChange(
        base=CREATE, before={"account": "111122223333"}, after={"account": "444455556666"}
    ),
    "protected": KeyChange(base=CREATE, after={"protected": True}),
    "permissions_boundary": KeyChange(base=CREATE, after={"permissions_boundary": "Boundary"}),
    "tags": KeyChange(base=CREATE, after={"tags": {"cost-center": "labeling"}}),
    "jobs": KeyChange(base=_WITH_JOB, after={"jobs": {"even-odd": None, "parity": _TEXTS}}),
    "workforce.create": KeyChange(
        base=CREATE,
        after={"workforce": {**_ADOPT["workforce"], "create": None}},
        also=("workforce.adopt",),
    ),
    "workforce.oidc": KeyChange(
        base=_OIDC,
        after={"workforce": {"oidc": None, "adopt": {"workforce_name": "default"}}},
        also=("workforce.adopt",),
    ),
    "workforce.adopt": KeyChange(
        base=_ADOPT,
        after={"workforce": {**CREATE["workforce"], "adopt": None}},
        also=("workforce.create",),
    ),
    "workforce.shared_with": KeyChange(
        base=_SHARED, after={"workforce": {"shared_with": "another-owner"}}
    ),
    "workforce.create.allowed_cidrs": _create({"allowed_cidrs": ["203.0.113.0/24"]}),
    "workforce.create.vpc": _create(_NETWORK),
    "workforce.create.vpc.id": _network(id="vpc-1a1b2c3d"),
    "workforce.create.vpc.subnets": _network(subnets=["subnet-1a1b2c3d"]),
    "workforce.create.vpc.security_groups": _network(security_groups=["sg-1a1b2c3d"]),
    "workforce.create.organization": _create({"organization": "Another Lab"}),
    "workforce.create.support_email": _create({"support_email": "help@example.com"}),
    "workforce.create.invitation": _create(
        {"invitation": "Come to {portal} as {username} with {password}."}
    ),
    "workforce.create.email_from": _create({"email_from": "labeling@example.com"}),
    "workforce.create.email_identity": _create(
        {"email_from": "labeling@example.com", "email_identity": "found"},
        {"email_from": "labeling@example.com"},
    ),
    "workforce.create.mfa": _create({"mfa": "required"}),
    "workforce.create.password_policy.minimum_length": _create(
        {"password_policy": {"minimum_length": 14}}
    ),
    "workforce.create.password_policy.temporary_password_days": _create(
        {"password_policy": {"temporary_password_days": 3}}
    ),
    "workforce.create.pool_schema": _create({"pool_schema": False}),
    "workforce.create.threat_protection": _create({"threat_protection": "enforced"}),
    "workforce.oidc.allowed_cidrs": _oidc({"allowed_cidrs": ["203.0.113.0/24"]}),
    "workforce.oidc.vpc": _oidc(_NETWORK),
    "workforce.oidc.client_id": _oidc({"client_id": "another"}),
    "workforce.oidc.client_secret": _oidc({"client_secret": f"{_CLIENT}another-a1B2c3"}),
    "workforce.oidc.client_secret_key": _oidc({"client_secret_key": _KEY}),
    **{
        f"workforce.oidc.{key}": _oidc({key: "https://login.example.com"})
        for key in (
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "user_info_endpoint",
            "logout_endpoint",
            "jwks_uri",
        )
    },
    "workforce.oidc.scope": _oidc({"scope": "openid profile"}),
    "workforce.oidc.extra_params": _oidc({"extra_params": {"prompt": "login"}}),
    "workforce.adopt.workforce_name": _adopt({"workforce_name": "another"}),
    "workforce.adopt.user_pool_id": _adopt({"user_pool_id": "us-east-1_DeF456"}),
    "workforce.adopt.client_id": _adopt({"client_id": "2h57kf5cpq"}),
    "workforce.pin_urls_to_worker_ip": KeyChange(
        base=CREATE, after={"workforce": {"pin_urls_to_worker_ip": True}}
    ),
    "workforce.workers_from": KeyChange(
        base=CREATE, after={"workforce": {"workers_from": "s3://another-bucket/people.csv"}}
    ),
    "workforce.workers_from_key": KeyChange(
        base=CREATE | {"workforce": CREATE["workforce"] | {"workers_from": f"{_CLIENT}dev-a1B2c3"}},
        after={"workforce": {"workers_from_key": _KEY}},
    ),
    "workforce.teams": KeyChange(
        base=_WITH_JOB,
        after={
            "workforce": {"teams": {"readers": None, "lookers": TEAMS["readers"]}},
            "jobs": {"even-odd": {"team": "lookers"}},
        },
        also=("jobs.<name>.team",),
    ),
    "workforce.teams.<name>.description": _team({"description": "Reads numbers"}),
    "workforce.teams.<name>.workers": _team({"workers": ["ana@example.com", "cy@example.com"]}),
    "workforce.teams.<name>.workers[].email": _team({"workers": [{"email": "cy@example.com"}]}),
    "workforce.teams.<name>.workers[].until": KeyChange(
        base=CREATE,
        before=_workers({"email": "ana@example.com"}),
        after=_workers({"email": "ana@example.com", "until": "2027-01-31"}),
    ),
    "workforce.teams.<name>.groups": _team({"groups": ["readers"]}, _OIDC),
    "workforce.teams.<name>.notify": _team({"notify": ["lead@example.com"]}),
}
