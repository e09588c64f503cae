"""Ten days of an environment with 120 people, as a diary of mails and states that people read."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.lifecycle.people import People, PeopleStack, PeopleWorld, adopted

_DIARY: Final = Path(__file__).parents[1] / "data" / "people" / "diary.txt"
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DAY: Final = 24 * 3600.0
_CROWD: Final = tuple(f"w{number:03}@example.com" for number in range(1, 121))
_HAND, _NEW = "hand@example.com", "x-new@example.com"
_W1, _W2, _W3, _W7 = (_CROWD[number - 1] for number in (1, 2, 3, 7))


@dataclass
class Story:
    """An environment that owns a workforce, two that work in it, and what is written of them."""

    world: PeopleWorld
    pages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.owner = PeopleStack(self.world, "owner")
        self.owner.deploy(People(workforce_name="owner", teams={"leads": ("lead@example.com",)}))
        self.crowd = PeopleStack(self.world, "crowd")
        self.test = PeopleStack(self.world, "test")
        self._read = len(self.world.mails)
        self._morning()

    @property
    def pool(self) -> str:
        """The id of the pool that all work in."""
        return self.owner.pool

    def deploy(self, stack: PeopleStack, *emails: str, fails_at: str = "") -> str:
        """Deploy these people; return how that ended."""
        people = adopted(People(teams={"readers": emails}, pinned=False), self.owner)
        status = stack.deploy(people, fails_at=fails_at)
        answer = stack.responses.get("Workers")
        return f"{status}: {answer.data.get('Summary') if answer else ''}"

    def day(self, deed: str, *said: str) -> None:
        """Write a page, and let the night pass."""
        mails = self.world.mails[self._read :]
        self._read = len(self.world.mails)
        self.pages.append(
            "\n".join(
                [
                    f"Day {len(self.pages) + 1}. {deed}",
                    *(f"    {each}" for each in said),
                    f"    mails: {_shown(mails)}",
                    f"    accounts: {self._states()}",
                ]
            )
        )
        self.world.time += _DAY
        self._morning()

    def _morning(self) -> None:
        self.world.mails_a_day = 50
        self.world.mail_times.clear()

    def _states(self) -> str:
        counted: Counter[str] = Counter()
        for who, (enabled, _, groups) in self.world.people(self.pool).items():
            record = self.world.record_of(who, self.pool)
            state = "of others" if record is None else f"mail {record.mail}"
            if not enabled:
                state = "disabled" if record and record.disabled_by else "disabled by hand"
            teams = sorted(group for group in groups if not group.endswith("-workers"))
            counted[f"{state} in {' and '.join(teams) or 'no team'}"] += 1
        return ", ".join(f"{number} {state}" for state, number in sorted(counted.items()))


def _shown(mails: list[str]) -> str:
    if len(mails) < 4:
        return ", ".join(mails) or "none"
    return f"{mails[0]} to {mails[-1]}, {len(mails)} in all"


def _tell(world: PeopleWorld) -> Story:
    story = Story(world)
    world.refused = {_W7}
    story.day("120 people are named; w007 refuses mails.", story.deploy(story.crowd, *_CROWD))
    name = world.add_user(_HAND, pool=story.pool, status="FORCE_CHANGE_PASSWORD")
    more = (*_CROWD, _HAND)
    story.day("An account is made by hand, and named.", story.deploy(story.crowd, *more))
    world.switch(_W3, story.pool, enabled=False)
    without = tuple(each for each in more if each != _W1)
    story.day(
        "w003 is disabled by hand; w001 is no longer named.", story.deploy(story.crowd, *without)
    )
    world.refused.clear()
    story.day("w007 takes mails again; w001 comes back.", story.deploy(story.crowd, *more))
    story.day("A second environment names w002.", story.deploy(story.test, _W2))
    fewer = tuple(each for each in more if each not in (_W2, _HAND))
    story.day(
        "The first drops w002 and the account made by hand.", story.deploy(story.crowd, *fewer)
    )
    story.day("The second drops w002 too.", story.deploy(story.test, _W1))
    story.day(
        "A deployment with somebody new fails at its end, and is taken back.",
        story.deploy(story.crowd, *fewer, _NEW, fails_at="Workers"),
    )
    story.day("The first environment is destroyed.", story.crowd.destroy())
    story.day("It is deployed again, for three.", story.deploy(story.crowd, _W1, _W2, _HAND))
    assert world.users[story.pool][name]["Enabled"]
    return story


def test_ten_days_of_people_are_as_the_diary_has_them(
    people_world: PeopleWorld, request: pytest.FixtureRequest
) -> None:
    # Dates are those of the day on which the test runs.
    diary = _DATE.sub("<date>", "\n\n".join(_tell(people_world).pages) + "\n")

    if request.config.getoption("--update-golden-files"):
        _DIARY.write_text(diary, encoding="utf-8")

    assert diary == _DIARY.read_text(encoding="utf-8")


def test_nobody_gets_two_mails_for_one_account(people_world: PeopleWorld) -> None:
    _tell(people_world)

    twice = {who for who, number in Counter(people_world.mails).items() if number > 1}
    # Their accounts were deleted with their environment, and made anew.
    assert twice <= {_W1, _W2}
