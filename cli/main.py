"""The command `ground-truth`: says in a sentence why it can't run, or runs.

Any Python 3 reads this file, so that one which is too old can say so.
"""

import sys

_OLDEST = (3, 11)


def main() -> None:
    """Run the command with the arguments of this process."""
    if sys.version_info < _OLDEST:
        sys.exit(
            f"ground-truth: expected Python 3.11 or newer, got {sys.version.split()[0]}; run"
            " `make setup PYTHON=python3.13`, or with another that you have, then"
            " `.venv/bin/ground-truth`"
        )
    try:
        from cli.command import run
    except ModuleNotFoundError as error:
        sys.exit(
            f"ground-truth: expected the packages of .venv, but {sys.executable} has no"
            f" {error.name}; run `make setup`, then `.venv/bin/ground-truth`"
        )
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
