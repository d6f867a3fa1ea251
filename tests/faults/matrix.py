"""The fault matrix: what can go wrong, what verge-pulumi does then, and which tests show it.

A test says which rows it shows with ``@pytest.mark.fault(2, 3)``. `tools/docs.py` writes the page from this table. The
file is long because it is one table: the rows are read side by side, and their numbers never change.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]

GROUPS = (
    "Connection",
    "TLS and address",
    "Status codes",
    "Body",
    "Lifecycle",
    "Process",
    "Secrets",
    "Hostile text",
    "Supply and tools",
    "Life of a stack",
)
"""The sections of the page, in order."""


@dataclass(frozen=True)
class Fault:
    """One row.

    Attributes:
        number: Its number, which never changes.
        group: One of `GROUPS`.
        happens: What goes wrong.
        we_do: What verge-pulumi does then.
        waits_for: What has to exist before it can happen at all, or "".
    """

    number: int
    group: str
    happens: str
    we_do: str
    waits_for: str = ""


def _rows(group: str, first: int, *rows: tuple[str, str] | tuple[str, str, str]) -> Iterator[Fault]:
    for number, row in enumerate(rows, first):
        yield Fault(number, group, *row)


MATRIX: tuple[Fault, ...] = (
    *_rows(
        "Connection",
        1,
        (
            "The host refuses the connection, cannot be routed to, or its name does not resolve.",
            "Tries up to four times, then says `cannot reach HOST`. Nothing was applied and nothing enters the state.",
        ),
        (
            "The connection breaks *before* VergeOS applied a create.",
            "Looks for the token of this attempt, finds it on no row, and sends the create once more: one object.",
        ),
        (
            "The connection breaks *after* VergeOS applied a create.",
            "Finds the row by its token and takes it on: one object, with its key in the state.",
        ),
        (
            "The server closes a kept connection at the very moment a request is sent on it.",
            "A read is sent again on a new connection; a create is looked for first, as above.",
        ),
        (
            "The connection breaks after an update, a delete or a power action.",
            "Updates and deletes are sent again, which does no harm; an action only if the object shows no sign of it.",
        ),
        (
            "VergeOS does not answer in time, whether it applied the request or not.",
            "Decides as for a broken connection, within the deadline of the operation.",
        ),
        (
            "The answer drips in, byte by byte.",
            "A clock for the whole answer ends it (60 s, `vergeos:timeout`), not only one for each silence.",
        ),
        (
            "The answer comes in tiny packets, with a split head, or after `100 Continue`.",
            "Reads it as any other.",
        ),
        (
            "Connections are held open and nothing is ever said on them, on every thread.",
            "Each thread is free again when its clock runs out.",
        ),
    ),
    *_rows(
        "TLS and address",
        10,
        (
            "The certificate is self-signed or of an unknown authority.",
            "Refuses at once, before anything is sent, and says how to give the authority's file.",
        ),
        ("The certificate is of the authority whose file was given (`vergeos:caFile`).", "Works."),
        (
            "The certificate has expired, is not valid yet, or is for another name.",
            "Refuses at once and says which of these it is.",
        ),
        (
            "Verification is switched off.",
            "Only by `vergeos:insecure`, with one warning in each run; credentials still go to that host only.",
        ),
        ("The host is given as `http://`.", "Refuses, unless it is a loopback address, as the simulator's is."),
        (
            "The host comes with a path, credentials, a port, an IPv6 address or a slash at its end.",
            "Understands it or refuses it with the reason; credentials in it are never shown.",
        ),
        (
            "The server redirects (301, 302, 303, 307, 308) to itself, another host or plain HTTP.",
            "Does not follow. The other place receives no request, and the error names it.",
        ),
        (
            "The environment has proxies, a `.netrc` or a `REQUESTS_CA_BUNDLE`.",
            "Ignores them; only its own settings count.",
        ),
        (
            "The server speaks HTTP/1.0, compresses, or sends a compressed bomb.",
            "Reads the first two; refuses more than 8 MiB after decompression.",
        ),
    ),
    *_rows(
        "Status codes",
        19,
        ("The credentials are refused from the start (401).", "Says so once, without showing them; no second try."),
        (
            "A session expires in the middle (401).",
            "One new login serves all threads, and each request is sent again: a refused one was not applied.",
        ),
        (
            "The login itself is refused, limited or locked.",
            "One attempt in a run, not one for each resource: repeating it could lock the user out.",
        ),
        ("The user may not do it (403).", "Fails at once and names the call and the object."),
        (
            "The object is gone when it is read (404).",
            "Takes it out of the state, so that the next `up` makes it anew.",
        ),
        (
            "The object is gone when it is to be updated (404).",
            "Fails: somebody deleted it; advises `pulumi refresh`.",
        ),
        ("The object is gone when it is to be deleted (404).", "That is success."),
        (
            "*Everything* answers 404: a wrong host, another product, expired credentials on old releases.",
            "Asks the system for its name first. If it does not say it, nothing counts as gone and the run fails.",
        ),
        ("A new row is not there yet when it is read back (404).", "Looks again for up to 30 s."),
        (
            "The operation does not exist in this release (405, 501).",
            "Fails at once and names the release of VergeOS.",
        ),
        (
            "The name is taken by an object of this resource's own earlier attempt (409, or 422 before 26.1.4).",
            "Takes that object on.",
        ),
        (
            "The name is taken by somebody else's object.",
            "Fails with its key, whose it is, and how to take it over on purpose (`adopt=True`).",
        ),
        (
            "It is running already, is not running, or must be stopped first (409, 422).",
            "Looks: if it is as wanted, that is success; otherwise the refusal is the error. Deletes stop it first.",
        ),
        (
            "A value is refused (400, 422).",
            "Fails at once with VergeOS's reason and column, and with our name where that differs.",
        ),
        ("There is no space (507).", "Fails at once with the size and the storage tier."),
        (
            "The request timed out inside VergeOS (408).",
            "Treats it as an answer that was lost: looks before it repeats.",
        ),
        (
            "Too many requests (429), with a `Retry-After` in seconds, as a date, negative, huge or rubbish.",
            "Waits as asked, but at most a minute at once and ten minutes in all; ignores what makes no sense.",
        ),
        (
            "Too many requests (429), without a `Retry-After`.",
            "Waits 2 s, 4 s, 8 s … up to a minute, ten minutes in all.",
        ),
        (
            "The 1,000 requests of the hour are used up.",
            "Says once when it goes on, and keeps a reserve for deletes and reads; nothing is lost.",
        ),
        (
            "VergeOS serves at most 50 requests at once.",
            "Sends at most 32 at once, all processes of a machine with one credential together; the next ones wait. "
            "Each process serves up to 48 calls of the engine.",
        ),
        (
            "VergeOS fails inside (500).",
            "A read, an update and a delete are sent again; a create is looked for first, as when its answer was lost.",
        ),
        (
            "A gateway answers 502, 503 or 504 after a create was applied.",
            "Finds the row by its token and takes it on.",
        ),
        (
            "A delete is answered 500 although the object is gone.",
            "Looks: gone is success, there is an error. The words of the answer decide nothing.",
        ),
        (
            "The system is out for minutes under a fleet of resources.",
            "All threads share a budget of retries that only successes refill: at most 2 extra requests for each "
            "operation on average.",
        ),
        ('Status 200 with `{"err": …}` inside.', "It is an error."),
        (
            "A create answers without `$key`, or with one that is text, a number, zero or rubbish.",
            "Takes what can be a key; otherwise finds the row by its token. Never an id that is empty or made up.",
        ),
    ),
    *_rows(
        "Body",
        45,
        (
            "The body is not JSON, empty, `null`, a list instead of an object or the reverse.",
            "One clean error for a read; after a create it looks for the row first.",
        ),
        (
            "An error page or a login page comes in HTML, even with status 200.",
            "Says what came: type, size and the first 200 printable characters.",
        ),
        ("The body ends before its announced length.", "Sees it; reads are sent again, creates looked for."),
        ("The body is cut and no length was announced.", "It is no JSON then, which is handled as such."),
        (
            "Odd JSON: byte order mark, other character sets, `NaN`, `1e999`, a key twice, very deep nesting.",
            "Reads it or refuses it; never crashes or hangs.",
        ),
        (
            "Fields are new or missing, have another type, or hold a word that was added to a list.",
            "Ignores new fields, keeps new words with a warning, and names the field that has the wrong type.",
        ),
        (
            "A list is huge, pages repeat or shift while they are read, or the limit is ignored.",
            "Holds one page at a time, yields each row once, and ends.",
        ),
        ("Two rows have one name that should be unique.", "Fails with both keys; never takes the first."),
    ),
    *_rows(
        "Lifecycle",
        53,
        (
            "A running VM or network is to be deleted.",
            "Powers it off, waits (`stop_timeout`), powers it off hard after that, and deletes it.",
        ),
        (
            "It is stuck while it starts or stops.",
            "Fails at the deadline with what it is still doing, for how long, its key and its node. The state is kept.",
        ),
        (
            "It goes into an unexpected state.",
            "Fails at once for `error` and `unlicensed`; goes on waiting for a word it does not know.",
        ),
        ("Its state flaps.", "Once a state has come back, the wanted one must be seen twice in a row."),
        (
            "Something else still depends on what is to be deleted.",
            "Fails with VergeOS's reason and names the NICs that hold a network.",
        ),
        (
            "A part fails after the whole was made: the VM is there, its second drive is not.",
            "What was made is in the state; the next `up` makes only what is missing.",
        ),
        (
            "VergeOS spells a value in its own way, or fills one in.",
            "Reads back and compares by meaning: the second `up` changes nothing.",
        ),
        (
            "Somebody changes a field in the UI.",
            "A refresh shows it, and `up` writes that field only. Fields the program leaves out stay free.",
        ),
        (
            "An object with a unique name must be replaced.",
            "The old one is deleted first; if the program forces the other order, it fails and takes nothing over.",
        ),
        (
            "A resource is renamed in the program, but not the object.",
            "Fails, keeps the object, and points to `aliases`.",
        ),
        (
            "Behind the key is another object now.",
            "It does not bear the token of the state: a refresh forgets it here, and it is never changed or deleted.",
        ),
        (
            "Values are unknown in a preview, or there is no network.",
            "A preview sends no request and refuses nothing that may yet be right.",
        ),
    ),
    *_rows(
        "Process",
        65,
        ("The provider is killed at any point of a create.", "The next `up` ends with exactly one object."),
        ("The CLI is killed between the create and the state.", "The same; the provider ends with its CLI."),
        ("Ctrl-C, once or twice.", "Calls under way end within their deadline; the state stays valid."),
        (
            "Two `pulumi up` at once, on one stack or for one name.",
            "Pulumi's lock refuses the first case; in the second the later one fails and deletes nothing.",
        ),
        (
            "Many threads share a session, its renewal and the budget of retries.",
            "One login for all of them, and no retry is counted twice.",
        ),
        ("The clock of this machine jumps, or it sleeps.", "Only clocks that never go back measure waits."),
        (
            "The disk is full, or the home folder cannot be written to.",
            "Works: what is kept in files is a help, not a condition.",
        ),
        (
            "A later release meets the state of an earlier one.",
            "Refreshes, changes nothing, and can destroy it.",
        ),
    ),
    *_rows(
        "Secrets",
        73,
        (
            "Secrets in arguments and settings.",
            "None of them shows in any output, log, traceback, preview or request log; in the state only encrypted.",
        ),
        (
            "VergeOS repeats a secret in an error.",
            "Masks it by its value: as it is, and in its base64, URL and JSON spellings.",
        ),
        (
            "An object that holds a credential is printed, copied, pickled or looked into.",
            "Shows `***` and refuses to be pickled; URLs are shown without their query.",
        ),
        ("A secret argument is invalid.", "Names the argument and what is wrong with it, never its value."),
        (
            "A file that holds credentials could be read by others.",
            "This package writes one only, the simulator's state, and for its owner alone; its own credentials come "
            "from the environment.",
        ),
    ),
    *_rows(
        "Hostile text",
        78,
        (
            "A name tries to break out of a filter: quotes, braces, backslashes, wildcards, control characters.",
            "One function quotes; what cannot be written is refused; rows that are found are compared once more.",
        ),
        ("A key tries to leave its path: `../users/1`, `1?x=`, `1#`, `%2e%2e`.", "Refuses it before anything is sent."),
        (
            "Names and messages hold escape sequences, direction marks, line ends, or a megabyte of text.",
            "Shown without them and cut; sent to VergeOS exactly as given.",
        ),
        (
            "A name holds Markdown or HTML and gets into a report.",
            "Escapes it: no mention, no link, no broken table.",
        ),
        (
            "A name begins like a formula and gets into a CSV.",
            "Prefixes it, and reads it back exactly.",
            "a CSV export; nothing here writes one",
        ),
        (
            "Cloud-init data holds templates, binary, `CRLF` or a megabyte.",
            "Passes it on byte for byte, or refuses it in the preview: what is binary, too long or malformed.",
        ),
        (
            "Names differ in Unicode only: composed or not, emoji, right to left, zero width.",
            "Compares them as VergeOS keeps them: no endless difference.",
        ),
    ),
    *_rows(
        "Supply and tools",
        85,
        (
            "A dependency has a known hole or is exchanged on its way.",
            "All versions are pinned by hash in `requirements.lock`, which holds every dependency. `make check` "
            "refuses any other line in it, and versions with a known weakness.",
        ),
        (
            "The simulator could be reached from outside.",
            "Listens on loopback only, and refuses another address unless `--expose` is given.",
        ),
    ),
    *_rows(
        "Life of a stack",
        87,
        (
            "A replacement is forced: `--replace`, `state taint`, `replacement_trigger`.",
            "Deletes the old object first, then creates the new one; what refers to it is replaced with it. Of a "
            "`MediaFile` the new one is created first, so that drives can move over.",
        ),
        (
            "A resource is renamed or moved in the program without an alias, `Power` and `Firewall` included.",
            "Refuses it in the preview, before anything is written, and points to `aliases`.",
        ),
        (
            "Two resources have names that differ in any character, or one gets the old name of another.",
            "Each has a token of its own, so each keeps its row.",
        ),
        (
            "A stack or a project is renamed, a resource is moved to another stack, a stack is split.",
            "Everything goes on, children and power too; the text of the marks follows with the next write.",
        ),
        (
            "A state is lost or put back to an earlier one, or a new stack has an old name.",
            "Takes over nothing that the state does not know; names the row, whose mark it bears, and `adopt=True`.",
        ),
        (
            "A state is copied into a second stack.",
            "The first goes on; the second is refused in the preview, in `up` and in `destroy`.",
        ),
        (
            "Somebody copies a row together with its description, or VergeOS does in a clone or a snapshot.",
            "The copy is nobody's: refresh, update and destroy mean the original.",
        ),
        (
            "VergeOS is rolled back, or gives out a key again, and somebody else has it.",
            "Leaves the row alone and says so; a refresh forgets it here.",
        ),
        (
            "The mark in a description is edited away.",
            "Compares what VergeOS drew for it, and its parent; if that proves nothing, names the line to put back.",
        ),
        (
            "Another system answers at the address, from the start or after a lost connection.",
            "Writes nothing there.",
        ),
        (
            "The provider alone is killed in a create, so that the engine keeps nothing of it.",
            "Finds the row by this machine's journal.",
        ),
        (
            "Two resources exchange unique names, or one takes the name that another gives up.",
            "Refuses an exchange in the preview with the way to do it; orders the other by `depends_on`.",
        ),
        (
            "The answer to a create names another row.",
            "Looks for the row that bears the token, and never writes to the other one.",
        ),
        (
            "The state of the stack cannot be read.",
            "Warns once and takes nothing over.",
        ),
        (
            "The program sets an argument that VergeOS has already, or no longer sets one.",
            "Records it without a write, so that drift of it is seen, or is not.",
        ),
        (
            "A number is larger than Pulumi can carry, or turns into a truth value.",
            "Refuses the first; the second is a change.",
        ),
        (
            "A guest does not listen when its server is deleted.",
            "Powers it off hard after `stop_timeout`.",
        ),
        (
            "A server is copied or snapshot before all its parts are there.",
            "Waits for them; if one failed, nothing is copied.",
        ),
        (
            "A server, its stack or its project is renamed, or it moves.",
            "The guest keeps its cloud-init instance, its password hashes and its host name.",
        ),
        (
            "A program is refused by one of our constructors.",
            "Nothing of it is created, with `--skip-preview` neither.",
        ),
        (
            "User data is such that the guest would ignore it, or a file cannot be parsed safely.",
            "Refuses it in the preview.",
        ),
        (
            "A process is stopped while it holds places for requests, or the ledger.",
            "Loses them after a while; whoever waits is told, and not for ever.",
        ),
        (
            "The disk that holds the states is full.",
            "Nothing exists twice; `docs/shared-state.md` says how to get the state back.",
        ),
        (
            "A pipeline previews a stack that does not exist.",
            "Creates none.",
        ),
        (
            "A preview or a state is no JSON that anybody expects.",
            "`report`, `drift`, `compare` and `reap` end with one sentence.",
        ),
        (
            "A part of a secret is quoted, in any encoding; a credential has white space at its ends.",
            "Masks the part; trims the credential and says so.",
        ),
        (
            "A page of another site, or a foreign name, leads to the simulator; its state is damaged or has no place.",
            "Turns no dials for it; refuses such a file and keeps it, and a place where none could be kept.",
        ),
        (
            "A change or a delete is cut off, as that of a replacement, or fails half way: the engine forgets it.",
            "The next run looks at the object, on any machine if the CLI was killed: replaces it if it is gone, else "
            "compares it with the program.",
        ),
    ),
)
"""All rows, in the order of their numbers."""


def marked_tests(folder: Path = TESTS) -> dict[int, list[str]]:
    """Return the names of the tests that carry each number, read from their decorators without importing them."""
    found: dict[int, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in _numbers(node):
                    found.setdefault(number, []).append(node.name)
    return found


def _numbers(test: ast.FunctionDef) -> Iterator[int]:
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.fault":
            for argument in decorator.args:
                yield ast.literal_eval(argument)


def faults_page() -> str:
    """Return the page "What happens when …" in Markdown."""
    tests = marked_tests()
    lines = [
        "# What happens when …",
        "",
        "<!-- Written by `make docs` from tests/faults/matrix.py; edit that instead. -->",
    ]
    lines += ["", "Each row has automatic tests, or says what it waits for. Numbers never change."]
    for group in GROUPS:
        lines += [
            "",
            f"## {group}",
            "",
            "| # | what happens | what verge-pulumi does | tested by |",
            "|---|---|---|---|",
        ]
        for row in (row for row in MATRIX if row.group == group):
            shown = ", ".join(f"`{name}`" for name in tests.get(row.number, ()))
            lines.append(
                f"| F{row.number} | {row.happens} | {row.we_do} | {shown or f'not yet: waits for {row.waits_for}'} |"
            )
    return "\n".join(lines) + "\n"
