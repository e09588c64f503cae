"""Several people at a time: in order, few at once, and nothing goes on when it has ended."""

import threading

import pytest

from workforce.together import AT_A_TIME, Together, by_threads, one_by_one


@pytest.mark.parametrize("together", [by_threads, one_by_one])
def test_what_came_of_each_stands_in_the_order_of_all(together: Together) -> None:
    assert together(str, range(50)) == [str(each) for each in range(50)]


def test_no_more_are_worked_on_at_once_than_cognito_takes() -> None:
    lock, now, most = threading.Lock(), 0, 0
    everybody = threading.Barrier(AT_A_TIME)

    def work(_: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        everybody.wait(10.0)
        with lock:
            now -= 1

    by_threads(work, range(AT_A_TIME * 3))

    assert most == AT_A_TIME


def test_after_an_error_nobody_goes_on() -> None:
    begun: list[int] = []
    ended: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ValueError("no")
        ended.append(number)

    with pytest.raises(ValueError, match="no"):
        by_threads(work, range(1000))

    was_begun = len(begun)
    assert len(ended) == was_begun - 1 < 999


def test_when_time_is_up_nobody_is_waited_for() -> None:
    is_over = threading.Event()

    def work(number: int) -> None:
        if number == 0:
            raise KeyboardInterrupt
        is_over.wait(30.0)

    try:
        with pytest.raises(KeyboardInterrupt):
            by_threads(work, range(3))
    finally:
        is_over.set()
