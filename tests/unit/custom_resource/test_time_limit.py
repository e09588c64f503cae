"""What waits too long is ended, whatever it waits for."""

import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from custom_resource.errors import CustomResourceError
from custom_resource.time_limit import time_limit


@contextmanager
def _drip() -> Iterator[str]:
    """Answer one request, with a byte now and then and no end."""
    is_over = threading.Event()

    def speak() -> None:
        connection, _ = listener.accept()
        with suppress(OSError), connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not is_over.wait(0.01):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=speak)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            is_over.set()
            thread.join()


def test_an_answer_that_drips_for_ever_ends_in_words() -> None:
    with (
        _drip() as url,
        pytest.raises(CustomResourceError, match=r"^deploy again, .* so slowly that "),
        time_limit(0.2),
        urllib.request.urlopen(url, timeout=20.0) as answer,  # noqa: S310  # a server of this test
    ):
        answer.read()


def test_nothing_that_handles_errors_takes_it_for_one() -> None:
    def work() -> None:
        while True:
            with suppress(Exception):
                time.sleep(1.0)

    with pytest.raises(CustomResourceError), time_limit(0.05):
        work()


def test_what_ends_in_time_is_not_disturbed_later() -> None:
    with time_limit(0.05):
        done = sum(range(10))

    time.sleep(0.1)
    assert done == 45


@pytest.mark.parametrize("seconds", [0.0, -5.0])
def test_no_time_at_all_is_no_limit(seconds: float) -> None:
    with time_limit(seconds):
        time.sleep(0.01)


def test_outside_of_the_main_thread_there_is_no_limit() -> None:
    done: list[bool] = []

    def work() -> None:
        with time_limit(0.01):
            time.sleep(0.05)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert done == [True]
