"""What no source says of VergeOS: each point is tried out by an assumption, or there is a reason why none is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from verge_pulumi.conformance.lab.assumptions import ASSUMPTIONS

FACTS = Path(__file__).resolve().parents[3] / "docs/vergeos"
MARK = re.compile(
    r"\bno source\b|\bin no source\b|(?<!that are )\bnot known\b|disputed|sources disagree", re.IGNORECASE
)
OPEN_SECTION = re.compile(r"#+ \S+ (Open questions|What is not known)")

ABOUT_THE_PAGES = "It says how these pages are to be read."
SHOWN = "No code decides by the words or the status; a person reads what VergeOS says."
UNUSED = "Nothing of this package reads or writes it."
HARDWARE = "A lab writes to what it made, and makes no cluster and no node."

POINTS: Mapping[str, Mapping[str, str]] = {
    "README.md": {
        "Where sources disagree, the one higher": ABOUT_THE_PAGES,
        "Facts that no source states": ABOUT_THE_PAGES,
        "so are those that no source gives": ABOUT_THE_PAGES,
        "Which column has which type is shown": "`verge-pulumi conformance` compares types with the schema.",
        "`Retry-After` is seen in no source": "A client waits with it and without it; a lab does not use up the hour.",
        "Which columns else it shows is not known": UNUSED,
        "may name an alias of the projection": "filters/aliases-in-a-filter",
        "whether all do is disputed": "requests/answer-of-an-action",
        "whether it is listed while it is made": "machines/snapshots-are-listed",
        "Where sources disagree, the answer is a dial": "It is about the simulator.",
        "The exact bodies of 401": "The last table of the quirks has each of them.",
    },
    "access.md": {
        "What a refusal says, no source shows": SHOWN,
        "what a refusal says, no source shows": "A lab deletes what it made alone, and no group of the system.",
        "What `identity_owner` looks like": UNUSED,
        "Whether deleting a group deletes its permissions": "access/permissions-go-with-their-group",
        "What it makes of rights that a create leaves out": "access/rights-left-out",
        "Whether there may be one without any right": "access/permission-without-rights",
        "Which columns those fields are": "`verge-pulumi conformance` compares them with the schema.",
        "No source names anything else that is free": "Nothing else is asked for without a login.",
        "No source says the following": "logins/listed-not-read",
    },
    "catalogs.md": {
        "How soon after the action a refresh shows": "A lab lets VergeOS fetch nothing from elsewhere.",
        "Whether another one takes them": "recipes/catalogs-in-another-repository",
    },
    "certificates.md": {
        "Whether a change of `domainlist`": "system/names-of-a-certificate",
        "How VergeOS writes fingerprints": "system/fingerprints",
    },
    "networks.md": {
        "what VergeOS does with a prefix": "networks/prefix-beside-a-network",
        "Whether a PUT of another `network`": "No code decides by it; a person reads what VergeOS says.",
        "Sources disagree on the form of an apply": "networks/rules-are-staged",
        "**disputed** (": "routing/commands-of-a-router",
        "Whether an alias that a rule names": "firewall/alias-in-use",
    },
    "other-tables.md": {"Sources disagree whether `ui_fqdn`": UNUSED},
    "protection.md": {
        "What periods they have no source says": "A lab changes what it made alone, and no code relies on them.",
        "The words are in no source": "protection/profile-in-use",
        'the UI offers "Forever"': UNUSED,
        "how it is written to is in no source": UNUSED,
        "its words are in no source": "An immutable snapshot would stay for seven days, and a lab leaves nothing.",
    },
    "quirks.md": {
        "which writes may run side by side": "requests/side-by-side",
        "| status of refusals by state |": "networks/apply-while-off",
        "| bodies of 401 and 403 |": "logins/denied",
        "| answer beyond the rate limit |": "A lab does not use up the hour of others.",
        "| answer of a PUT |": "rows/changed",
        "| life of a token |": "It is longer than a lab; a client logs in again when it is over.",
        "| apply of rules, of DNS |": "networks/rules-are-staged",
        "| parameter of `migrate` |": UNUSED,
        "| argument of `alias:` |": UNUSED,
        "| `ram` that is no multiple of 256 |": "machines/any-ram",
        "| filters over references |": "filters/aliases-in-a-filter",
        "| columns of a GET without `fields` |": "queries/default-fields",
    },
    "single-sign-on.md": {
        "in which words, no source says": "access/source-in-use",
        "Others have been seen whose form": "An AuthSource writes whatever settings a program names.",
        "what becomes of an application whose user": "access/application-of-a-deleted-user",
        "Whether a second row for the same user": "A create relies on no such refusal.",
    },
    "system.md": {
        "Which settings are numbers no source lists": "A lab changes no setting; a refusal is told in its words.",
        "The defaults of `warm_reboot`": "UpdateSettings leaves what a program does not name as it is.",
        "Which of the two counts no source says": "Nothing compares the two, and a lab renames no system.",
        "Whether a PUT that changes none of them": HARDWARE,
        "Whether `vm_ram` counts": HARDWARE,
    },
    "tags.md": {
        "Whether a second one is refused or replaces": "tags/single-selection",
        "No source says its status": "tags/not-taggable",
        "no source says whether a second tag": "tags/single-selection",
        "Whether a copy of a VM has the tags": "tags/copies-have-none",
    },
    "themes.md": {
        "`logo_small` and `logo_favicon`": UNUSED,
        "Which definitions VergeOS lists": "appearance/definitions-that-are-left-out",
    },
    "virtual-machines.md": {
        "Whether `vms` answers them too is": "placement/held",
        "No source shows another place for them": "`rows/columns` and `rows/stored` try all columns of `vms`.",
        "whether VergeOS refuses other numbers": "machines/any-ram",
        "no source shows a refusal for a running VM": "running/changes-wait",
        "which states pass by themselves": "running/starts",
        "| `migrate` |": UNUSED,
        "whether the receipt has it as its": "pools/uuid-is-the-key",
        "What becomes of settings that a PUT": "pools/settings-that-are-left-out",
        "the words of the refusal are in no source": "pools/pool-in-use",
    },
}  # fmt: skip
"""Each open point by a part of its paragraph: the id of the assumption that tries it out, or why none does."""


def paragraphs(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the paragraphs, points and rows of a page, each with whether all of its section is open."""
    block: list[str] = []
    is_open = False
    for line in [*text.splitlines(), ""]:
        if not line.strip() or re.match(r"#|\* |\|", line):
            if block:
                yield " ".join(" ".join(block).split()), is_open
            block = []
        if line.startswith("#"):
            is_open = OPEN_SECTION.match(line) is not None
        elif line.strip():
            block.append(line)


def open_points(page: Path) -> list[str]:
    """Return the paragraphs of a page that say what no source says."""
    heads = re.compile(r"\|[- |]+\|$|\| question ")
    return [
        text
        for text, is_open in paragraphs(page.read_text())
        if (is_open and not heads.match(text)) or MARK.search(text)
    ]


def test_each_open_point_is_tried_out_or_has_a_reason() -> None:
    wrong: list[str] = []
    for page in sorted(FACTS.glob("*.md")):
        known = POINTS.get(page.name, {})
        used: set[str] = set()
        for point in open_points(page):
            meant = [part for part in known if part in point]
            used.update(meant)
            wrong += [f"{page.name}: {len(meant)} of POINTS mean: {point}"] * (len(meant) != 1)
        wrong += [f"{page.name} does not say any more: {part}" for part in known if part not in used]
    assert wrong == []


def test_what_tries_a_point_out_cites_its_page() -> None:
    sources = {each.id: each.source for each in ASSUMPTIONS}
    for page, points in POINTS.items():
        for part, answer in points.items():
            if re.fullmatch(r"[a-z]+/[a-z0-9-]+", answer):
                # The table at the end of the quirks repeats what the other pages leave open.
                repeated = page == "quirks.md" and part.startswith("|")
                assert answer in sources, (page, part)
                assert repeated or f"docs/vergeos/{page}" in sources[answer], (page, part, answer)
            else:
                assert answer.endswith("."), (page, part)


def test_a_new_open_point_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# 1 A\n\nIt is so.\n\n* First, no source\n  says.\n* Second.\n\n## 2 Open questions\n\nWhy.\n")
    assert open_points(page) == ["* First, no source says.", "Why."]
