"""What an import promises, and which tests show it.

A test says which promises it shows with ``@pytest.mark.promise(2, 3)``. `tools/docs.py` writes the page from this
table; the numbers never change.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults.matrix import marked_tests


@dataclass(frozen=True)
class Promise:
    """One row.

    Attributes:
        text: What is promised.
        goals: The goals of ``make soak`` that measure it as well.
        missing: What of its acceptance case nothing shows yet, or "".
    """

    text: str
    goals: str = ""
    missing: str = ""


PROMISES: tuple[Promise, ...] = (
    Promise(
        "A site of 500 VMs with hostile names takes one command: no write, at most 3 requests for each table, at most "
        "60 s and 300 MiB in addition to the engine, no change afterwards, and a program that type checkers accept.",
        goals="G24",
    ),
    Promise(
        "Reading a site of 5,000 VMs, planning it and writing the program takes at most 10 minutes, at most 600 MiB in "
        "each process, and lists each table once.",
        goals="G26",
        missing="a measurement of 5,000 VMs since registrations of the program finish while it runs. At 250, 500 and "
        "1,000 VMs the process that runs it took 78, 101 and 148 MiB, so about 520 MiB are expected; the preview of a "
        "state of that size is not measured at all",
    ),
    Promise(
        "A destroy right after the import, without an update before it, stops machines first, then deletes drives and "
        "NICs, machines, and networks.",
        goals="G23",
    ),
    Promise("An update right after the import changes nothing in the state."),
    Promise(
        "Cut off at any instant, on a full disk, without an answer or without rights: the same command ends as if "
        "nothing had happened.",
        missing="a real process that is killed at each instant: one is, while its program runs",
    ),
    Promise("Twice is once: the second run asks nothing. What is new is added and moves no name and no line."),
    Promise("What people edit in the plan and in files of the program is kept, however often it runs."),
    Promise(
        "A key that a VM, a network, a cluster and a number have is each time the right one, in whatever world.",
        goals="G25",
    ),
    Promise("Objects that refer to each other in a circle are cut once, and told."),
    Promise("Every text of VergeOS comes back as it was."),
    Promise("A word, a column or a table that this package does not know is no hindrance; words and tables are told."),
    Promise(
        "What is written keeps a rebuild on another release equal; what is left out is the same in all of them.",
        missing="other tables than the 14 of networks, DNS, machines and rights, which are compared in all columns",
    ),
    Promise("The program, run against an empty VergeOS, makes the same objects again."),
    Promise(
        "What is changed in VergeOS shows as drift where the program sets it, and nothing else does.",
        missing="tables beside 14, and the preview of the real engine: the providers are asked in process",
    ),
    Promise("Clones, imports, swapped CDs, EFI and TPM: no change, and nothing is replaced."),
    Promise("What runs goes on, what is off stays off."),
    Promise("What changes while it is read is not imported in an old form."),
    Promise("What another stack manages is looked up; what this one has lost is its own; what was copied is nobody's."),
    Promise("No secret reaches a file, a line or an argument."),
    Promise("Alike machines become a table and a loop, and a row more is a machine more."),
    Promise("A program that people wrote first, with components and loops, is recorded; what is unclear is named."),
    Promise("Batches come into one stack and into a project with code of people."),
    Promise(
        "A state of Terraform gives names, and is handed over once nothing differs.",
        missing="states that providers 2.7 and 3.0 wrote: those are made by hand, as their source was not to be had",
    ),
    Promise(
        "Several systems are in one program and one state, with equal names and keys.",
        missing="a provider of a tenant",
    ),
    Promise("Nothing is deleted until one line of the configuration allows it."),
    Promise(
        "What was given back and is imported again is the same program.",
        missing="import blocks of `eject --for terraform` in a plan of provider 3; 1.4.0 has no import",
    ),
    Promise("Every machine is found by its name, no module is long, and no key stands without a comment."),
    Promise("The program is reviewed on one machine, and gets its state on another one."),
    Promise("The same site gives the same bytes on every machine."),
    Promise("What it costs is told first, and the hour's limit of requests is waited for."),
)
"""All rows; the first is number 1."""

HEAD = """\
# What an import promises

<!-- Written by `make docs` from tests/importing/promises.py; edit that instead. -->

Each promise of [the import](import.md) has automatic tests. The column "not shown yet" says what no test covers.
Numbers never change.

| # | promise | shown by | not shown yet |
|---|---|---|---|
"""


def promises_page() -> str:
    """Return the page in Markdown."""
    tests = marked_tests(mark="promise")
    lines: list[str] = []
    for number, promise in enumerate(PROMISES, 1):
        shown = [f"`{name}`" for name in tests.get(number, ())]
        shown += [f"{promise.goals} of `make soak`"] if promise.goals else []
        lines.append(f"| I{number} | {promise.text} | {', '.join(shown)} | {promise.missing} |\n")
    return HEAD + "".join(lines)
