"""Lets several actors go on by turns, one step at a time, in an order that a test has chosen."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable


class Stage:
    """One actor alone needs no turns; it is the thread that asks."""

    def __init__(self) -> None:
        self._actors: list[_Actor] = []
        self._local = threading.local()

    @property
    def actor(self) -> int:
        """The number of the actor that this thread plays, 0 for the only one."""
        number: int = getattr(self._local, "number", 0)
        return number

    @property
    def is_playing(self) -> bool:
        """Say whether there are several actors."""
        return bool(self._actors)

    def thread(self, actor: int) -> threading.Thread:
        """Return the thread of an actor, to tell it from those that it has started."""
        return self._actors[actor].thread if self._actors else threading.main_thread()

    def pause(self) -> None:
        """End a step: the others may go on before this actor does."""
        if self._actors and hasattr(self._local, "number"):
            self._actors[self.actor].wait_for_turn()

    def play(self, order: Iterable[int], *actions: Callable[[], object]) -> None:
        """Run the actions beside each other; each number in `order` lets one take a step.

        Numbers count those that have not ended. When the order ends, they take turns.
        """
        self._actors = [_Actor(action) for action in actions]
        for number, actor in enumerate(self._actors):
            actor.start(lambda number=number: setattr(self._local, "number", number))  # type: ignore[misc]
        waiting = list(self._actors)
        for pick in itertools.chain(order, itertools.count()):
            actor = waiting[pick % len(waiting)]
            actor.step()
            if actor.ended:
                waiting.remove(actor)
            if not waiting:
                break
        errors = [actor.error for actor in self._actors if actor.error is not None]
        self._actors = []
        if errors:
            raise errors[0]


class _Actor:
    def __init__(self, action: Callable[[], object]) -> None:
        self._action = action
        self._turn = threading.Semaphore(0)
        self._done = threading.Semaphore(0)
        self.ended = False
        self.error: BaseException | None = None

    def start(self, prepare: Callable[[], object]) -> None:
        self.thread = threading.Thread(target=self._run, args=(prepare,), daemon=True)
        self.thread.start()

    def step(self) -> None:
        self._turn.release()
        self._done.acquire()

    def wait_for_turn(self) -> None:
        self._done.release()
        self._turn.acquire()

    def _run(self, prepare: Callable[[], object]) -> None:
        prepare()
        self._turn.acquire()
        try:
            self._action()
        except BaseException as error:  # noqa: BLE001  # raised again by `play`
            self.error = error
        self.ended = True
        self._done.release()
