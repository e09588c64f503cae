"""Writes the table of `docs/operating.md` from the fields: `python -m docs.operating`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ground_truth.config import Environment
from ground_truth.config.effects import CONSEQUENCES, Kind, keys

PAGE: Final = Path(__file__).with_name("operating.md")
_BEGIN: Final = "<!-- Written by `make docs` from the fields in ground_truth/config/. -->\n"
_END: Final = "<!-- Written until here. -->\n"
_OF_A_JOB: Final = "jobs.<name>."
_KINDS: Final = {key.path: key.effect.kind for key in keys(Environment)}


def page() -> str:
    """Return the page as it must be."""
    return written_anew(PAGE.read_text(encoding="utf-8"))


def written_anew(page: str) -> str:
    """Return a page with the table as it must be; ValueError if it has no place for it."""
    before, _, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"expected {_BEGIN.strip()} and {_END.strip()} in {PAGE.name}, got none")
    return f"{before}{_BEGIN}\n{_table()}\n{_END}{after}"


def _table() -> str:
    rows = "".join(f"| {_shown(kind)} | {kind} | {what} |\n" for kind, what in CONSEQUENCES.items())
    return f"| you change | that is | what happens |\n| --- | --- | --- |\n{rows}"


def _shown(kind: Kind) -> str:
    of_job, others = [], []
    for path in _paths(kind):
        if path.startswith(_OF_A_JOB):
            of_job.append(_words(path.removeprefix(_OF_A_JOB), _KINDS[path], kind))
        else:
            others.append(_words(path, _KINDS[path], kind))
    jobs = [f"of a job {', '.join(of_job)}"] if of_job else []
    return "; ".join([*jobs, *([", ".join(others)] if others else [])])


def _words(name: str, own: Kind, kind: Kind) -> str:
    if own not in (kind, "as its keys say"):
        return f"what is in `{name}`"
    return f"a name in `{name}`" if own in ("another job", "another team") else f"`{name}`"


def _paths(kind: Kind) -> Iterator[str]:
    """Yield the keys of a kind; the section instead, where all its keys are of it."""
    found: list[str] = []
    for path in (each for each in _KINDS if _KINDS[each] == kind):
        sections = (each for each in _KINDS if _is_below(path, each) and _is_all(each, kind))
        name = min(sections, key=len, default=path)
        if name not in found:
            found.append(name)
            yield name


def _is_all(section: str, kind: Kind) -> bool:
    inside = [each for each in _KINDS if _is_below(each, section)]
    leaves = [each for each in inside if not any(_is_below(other, each) for other in inside)]
    return all(_KINDS[each] == kind for each in leaves)


def _is_below(path: str, section: str) -> bool:
    return path.startswith((f"{section}.", f"{section}["))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
