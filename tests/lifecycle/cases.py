"""The faults that the custom resources can meet, numbered as in the fault list."""

from __future__ import annotations

import re
from typing import Final

_TEST: Final = re.compile(r"test_case_(\d+)_")


def number_of(name: str) -> int | None:
    """Return the number of the case that a test is named by."""
    found = _TEST.search(name)
    return int(found[1]) if found else None


#: What happens, and what is to come of it.
CASES: Final = {
    1: "a duplicate Create finds the job of the first one",
    2: "two runs of one Create beside each other make one job",
    3: "a Create whose answer is lost is answered alike by its repetition",
    4: "a Create with bad properties fails with a valid id and leaves nothing",
    5: "a Create that fails between manifest and job leaves input and labels alone",
    6: "a Create whose job fails gives the reason, and its Delete stops nothing",
    7: "a Delete of an id that was never made stops nothing",
    8: "a Delete beside its Create leaves no job at work, whoever comes first",
    9: "a Delete twice succeeds twice",
    10: "a RequestId that is used again is worked on anew",
    11: "an Update of tags alone changes them in place",
    12: "an Update of the content starts the new job and its clean-up stops the old one",
    13: "an Update of a job that must not be replaced fails, and the job goes on",
    14: "an Update that fails is taken back to the job that still runs",
    15: "a clean-up that fails once is tried again",
    16: "a job that somebody has stopped is reported, and only a revision starts another",
    17: "there and back again starts a job under the next name, and a Delete stops that one",
    18: "new code alone sends no event, a new revision does",
    19: "texts are read as the numbers and booleans that they were",
    20: "properties that are not known, and those of CloudFormation, are not content",
    21: "an answer is cut to 4,096 bytes and stays complete",
    22: "an address that takes no answer is given up after some attempts",
    23: "a fault in the handling of a fault is answered",
    24: "a run that dies while it lists starts over and loses or doubles nothing",
    25: "a run that dies while it uploads leaves no upload behind, or one that expires",
    26: "a job that was started by a run that died is found",
    27: "a job that does not start in time fails the Create and is stopped",
    28: "what an older version has remembered never stops a Create or Delete",
    29: "a Delete of the old logical id leaves the job of the new one alone",
    30: "a role that can't be assumed yet is waited for, then named",
    31: "a permission of the function that is not yet effective is waited for",
    32: "a permission that stays missing is named with action and resource",
    33: "a Delete without permission fails while a job may be at work",
    34: "a key that the function must not use is named",
    35: "a key that Ground Truth must not use is in the job's reason",
    36: "a key that is disabled is not waited for",
    37: "a missing iam:PassRole is named",
    38: "an account that Ground Truth is closed to is told so at once",
    39: "too many calls make no second job and leave none",
    40: "a job whose creation was not answered is found by its tags",
    41: "a name that somebody else's job has is refused, and that job left alone",
    42: "a quota is named and not tried again",
    43: "a job that fails while it starts gives its reason",
    44: "a job that stays Initializing fails the Create and is stopped",
    45: "a job that never counts its tasks is a success that says so",
    46: "a job that is Completed at the first look is a success",
    47: "a Delete of a job that has ended stops nothing",
    48: "a Delete of a job that is being stopped waits, bounded",
    49: "a job that refuses to be stopped is asked again, bounded",
    50: "a job is absent when the list says so, in whatever words it is refused",
    51: "tags that appear late are waited for",
    52: "a work team that can't be used is refused before a job is there",
    53: "the files that a job names are there before it is",
    54: "a label attribute that is too long is refused",
    55: "reserved tags are never set",
    56: "nothing to label is a failure, or a success without a job where that is allowed",
    57: "more objects than the quota are counted no further and refused",
    58: "the last object of a page and the first of the next are not lost",
    59: "a page that is refused is asked for again, and the listing is complete",
    60: "a manifest is a snapshot, and an object that vanished is named",
    61: "every odd key comes back from its line unchanged",
    62: "keys that workers' addresses can't have are rejected in a strict mode",
    63: "folder markers, empty objects and other endings are left out and counted",
    64: "archived objects are left out",
    65: "objects that are too large are left out",
    66: "a text that is too long is named",
    67: "a prefix ends with a slash, and what a job writes is never its input",
    68: "the same manifest has the same key, and another one another",
    69: "a Delete without its bucket stops the job all the same",
    70: "a bucket of another Region or account is named, and its owner always checked",
    71: "a bucket that refuses a file fails the Create",
    72: "locked files hinder nobody, because none is ever deleted",
    73: "missing CORS rules are named at once and nothing is left",
    74: "memory and disk stay flat",
    75: "neither names nor ids hold a time",
    76: "a second deployment beside the first is refused",
    77: "destroying stops the job and leaves its labels byte for byte",
    78: "stacks that others need can't be destroyed before them",
    79: "a second environment with its own workforce is refused",
    80: "a Create that failed without rollback can be tried again",
    81: "an address of the portal that is not there yet is waited for",
    82: "an update of the client keeps all that it has",
    83: "a client or pool that is gone does not stop a Delete",
    84: "too many calls to Cognito are tried again",
    85: "a client that changes in the same deployment gets its call-backs after that",
    86: "an adopted workforce of another pool is refused before any write",
    101: "a fault of HTTP costs no data object and is over with the next deployment",
}

#: Cases that the function can't meet, and why.
NOT_HERE: Final = {
    62: "no strict mode is offered: any key that S3 takes is labeled, see case 61",
    74: "measured by `make bench`, which shows peak memory; the manifest is a file of the function",
    76: "CloudFormation refuses it before any event, so that the function has no part in it",
    78: "CloudFormation refuses it, because stacks import what others export",
}
