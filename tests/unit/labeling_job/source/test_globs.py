"""Patterns for keys."""

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling_job.source.globs import matcher

_NAMES = st.text("ab.[]!-^\n\\*?😀", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("*.jpg", "1.jpg"),
        ("*.jpg", "a/b/1.jpg"),
        ("drafts/*", "drafts/1.jpg"),
        ("drafts/**", "drafts/a/b/1.jpg"),
        ("**/drafts/*", "drafts/1.jpg"),
        ("**/drafts/*", "a/b/drafts/1.jpg"),
        ("a/**/z.jpg", "a/z.jpg"),
        ("a/**/z.jpg", "a/b/c/z.jpg"),
        ("a**z.jpg", "axyz.jpg"),
        ("2024/**.jpg", "2024/a/b.jpg"),
        ("?.jpg", "a/é.jpg"),
        ("[abc].jpg", "b.jpg"),
        ("[a-c]?.jpg", "cx.jpg"),
        ("[!a-c].jpg", "d.jpg"),
        ("[^a-c].jpg", "d.jpg"),
        ("[a-].jpg", "-.jpg"),
        ("[[].jpg", "[.jpg"),
        ("[.jpg", "[.jpg"),
        ("a+(b).jpg", "a+(b).jpg"),
        ("*", "new\nline"),
        ("a/[!b]*", "a/\n"),
    ],
)
def test_a_pattern_fits(glob: str, path: str) -> None:
    assert matcher((glob,))(path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("*.jpg", "1.JPG"),
        ("*.jpg", "1.jpg.txt"),
        ("drafts", "drafts/1.jpg"),
        ("drafts/*", "drafts/a/1.jpg"),
        ("drafts/*", "a/drafts/1.jpg"),
        ("a/**/z.jpg", "az.jpg"),
        ("a/?/z.jpg", "a///z.jpg"),
        ("a[!b]c/*", "a/c/x"),
        ("a[^b]c/*", "a/c/x"),
        ("[!a-c].jpg", "b.jpg"),
        ("?.jpg", ".jpg"),
    ],
)
def test_a_pattern_does_not_fit(glob: str, path: str) -> None:
    assert not matcher((glob,))(path)


def test_one_of_several_patterns_is_enough() -> None:
    assert matcher(("*.png", "a/*"))("a/1.jpg")


def test_without_patterns_nothing_fits() -> None:
    assert not matcher(())("1.jpg")


@pytest.mark.parametrize("glob", ["[z-a].jpg", "[a--].jpg"])
def test_a_set_that_is_none_is_an_error(glob: str) -> None:
    with pytest.raises(re.error):
        matcher((glob,))


@given(st.text("ab.*?", min_size=1, max_size=8), _NAMES)
def test_names_fit_as_in_a_shell(glob: str, name: str) -> None:
    assert matcher((glob,))(name) == fnmatchcase(name, glob)
    assert matcher((glob,))(f"a/{name}") == fnmatchcase(name, glob)


@given(_NAMES.filter(lambda name: not set("*?[") & set(name)))
def test_a_name_without_wildcards_fits_itself_only(name: str) -> None:
    fits = matcher((name,))

    assert fits(name)
    assert fits(f"a/{name}")
    assert not fits(f"{name}x")
    assert not fits(f"x{name}")


@given(st.lists(_NAMES, min_size=1, max_size=4))
def test_two_stars_fit_every_path_and_one_only_a_name(names: list[str]) -> None:
    path = "/".join(names)

    assert matcher(("**",))(path)
    assert matcher(("**/*",))(path)
    assert matcher(("*/*",))(path) == (len(names) == 2)


def _plainly(glob: str) -> str:
    """Return what a pattern of wildcards and letters means, however long it takes to find."""
    words = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(
        "(?:.*/)?" if part == "**/" else words.get(part, part)
        for part in re.findall(r"(?:^|(?<=/))\*\*/|\*\*+|.", glob)
    )


@given(
    st.lists(st.sampled_from(["a", "b", "*", "**", "?", "/", "**/"]), max_size=9).map("".join),
    st.text("ab/", max_size=9),
)
def test_paths_fit_as_without_haste(glob: str, path: str) -> None:
    glob = re.sub(r"\*\*\*+", "**", f"/{glob}")

    assert matcher((glob,))(f"/{path}") == bool(re.fullmatch(_plainly(glob), f"/{path}"))


@pytest.mark.parametrize(
    "glob", ["*a" * 120 + "b", "**a" * 80 + "b", "x/**/" + "**/a" * 60 + "b", "*?" * 120 + "b"]
)
def test_many_wildcards_do_not_look_at_a_key_again_and_again(glob: str) -> None:
    assert not matcher((glob,))("x/" * ("/" in glob) + "a" * 1_000)
