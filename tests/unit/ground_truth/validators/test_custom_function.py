"""What a folder with a custom function must have."""

from pathlib import Path

import pytest

from ground_truth.validators.custom_function import check_handler


@pytest.mark.parametrize(
    "source",
    [
        "def handler(event, context):\n    return event\n",
        "from steps.receipts import before as handler\n",
        "from steps import receipts\nhandler = receipts.before\n",
    ],
)
def test_a_handler_may_be_defined_imported_or_assigned(tmp_path: Path, source: str) -> None:
    (tmp_path / "handler.py").write_text(source)

    check_handler(tmp_path)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (
            None,
            "{path}: expected def handler(event, context), got no handler.py; add it to the folder",
        ),
        (
            "",
            "{path}: expected def handler(event, context), got an empty file; name it handler",
        ),
        (
            "def main(event, context): ...\nclass A: ...\nif True:\n    handler = 1\n",
            "{path}: expected def handler(event, context), got A, main; name it handler",
        ),
        (
            "x = 1\ndef handler(event, context)\n",
            "{path}:2: expected Python, got an error: expected ':'; correct it",
        ),
    ],
)
def test_a_folder_without_a_handler_is_an_error(
    tmp_path: Path, source: str | None, problem: str
) -> None:
    if source is not None:
        (tmp_path / "handler.py").write_text(source)

    with pytest.raises(ValueError, match="expected") as error:
        check_handler(tmp_path)

    assert str(error.value) == problem.format(path=tmp_path / "handler.py")


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "none"

    with pytest.raises(ValueError, match="got no folder") as error:
        check_handler(folder)

    assert str(error.value) == (
        f"{folder / 'handler.py'}: expected def handler(event, context), got no folder {folder};"
        " check the path"
    )
