"""The environment file as types: `load` reads one, or says what is wrong with it and where."""

from stacks.config.environment import Environment, load, load_all
from stacks.config.environment_file import EnvironmentFileError
from stacks.config.job import Job

__all__ = ["Environment", "EnvironmentFileError", "Job", "load", "load_all"]
