"""The environment file as types: `load` reads one, or says what is wrong with it and where."""

from ground_truth.config.environment import Environment, load, load_all
from ground_truth.config.job import Job
from ground_truth.config.yaml_file import EnvironmentFileError

__all__ = ["Environment", "EnvironmentFileError", "Job", "load", "load_all"]
