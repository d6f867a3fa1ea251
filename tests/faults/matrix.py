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
            "Finds the row by its token and adopts it: one object, with its key in the state.",
        ),
        (
            "The server closes a kept-alive connection while a request is sent on it.",
            "A read is sent again on a new connection; a create is looked for first, as above.",
        ),
        (
            "The connection breaks after an update, a delete or a power action.",
            "Updates and deletes are sent again, which does no harm; an action only if the object shows no sign of it.",
        ),
        (
            "VergeOS does not answer in time, whether it applied the request or not.",
            "Proceeds as for a broken connection, within the deadline of the operation.",
        ),
        (
            "The answer arrives byte by byte.",
            "A deadline for the whole answer ends it (60 s, `vergeos:timeout`), not only one for each pause.",
        ),
        (
            "The answer comes in tiny packets, with a split head, or after `100 Continue`.",
            "Reads it like any other.",
        ),
        (
            "Connections are held open without any data, on every thread.",
            "Each thread is free again at its deadline.",
        ),
    ),
    *_rows(
        "TLS and address",
        10,
        (
            "The certificate is self-signed or of an unknown authority.",
            "Refuses at once, before anything is sent, and says how to give the authority's file.",
        ),
        ("The certificate is signed by the authority in `vergeos:caFile`.", "Works."),
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
            "Does not follow. The target receives no request, and the error names it.",
        ),
        (
            "The environment has proxies, a `.netrc` or a `REQUESTS_CA_BUNDLE`.",
            "Ignores them; only its own settings apply.",
        ),
        (
            "The server speaks HTTP/1.0, compresses, or sends a compressed bomb.",
            "Reads the first two; refuses more than 8 MiB after decompression.",
        ),
    ),
    *_rows(
        "Status codes",
        19,
        (
            "The credentials are refused from the start (401).",
            "Reports it once, without showing them; no second attempt.",
        ),
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
            "The object no longer exists when it is read (404).",
            "Removes it from the state, so that the next `up` creates it again.",
        ),
        (
            "The object no longer exists when it is updated (404).",
            "Fails: somebody deleted it; advises `pulumi refresh`.",
        ),
        ("The object no longer exists when it is deleted (404).", "This is success."),
        (
            "*Everything* answers 404: a wrong host, another product, expired credentials on old releases.",
            "Asks the system for its identity first. Without an answer, nothing counts as deleted and the run fails.",
        ),
        ("A new row does not exist yet when it is read back (404).", "Looks again for up to 30 s."),
        (
            "The operation does not exist in this release (405, 501).",
            "Fails at once and names the release of VergeOS.",
        ),
        (
            "The name is taken by an object of this resource's own earlier attempt (409, or 422 before 26.1.4).",
            "Adopts that object.",
        ),
        (
            "The name is taken by somebody else's object.",
            "Fails with its key, its owner, and how to take it over on purpose (`adopt=True`).",
        ),
        (
            "It is running already, is not running, or must be stopped first (409, 422).",
            "Success if the state is the desired one; otherwise the refusal is the error. Deletes stop it first.",
        ),
        (
            "A value is refused (400, 422).",
            "Fails at once with VergeOS's reason and column, and with our name if that differs.",
        ),
        ("There is no space (507).", "Fails at once with the size and the storage tier."),
        (
            "The request timed out inside VergeOS (408).",
            "Treats it as a lost answer: looks for the object before it repeats.",
        ),
        (
            "Too many requests (429), with a `Retry-After` in seconds, as a date, negative, huge or invalid.",
            "Waits as asked, but at most one minute at a time and ten minutes in all; ignores invalid values.",
        ),
        (
            "Too many requests (429), without a `Retry-After`.",
            "Waits 2 s, 4 s, 8 s … up to a minute, ten minutes in all.",
        ),
        (
            "The 1,000 requests of the hour are used up.",
            "Announces once when it will continue, and keeps a reserve for deletes and reads; nothing is lost.",
        ),
        (
            "VergeOS serves at most 50 requests at once.",
            "Sends at most 32 at once, all processes of a machine with one credential together; the next ones wait. "
            "Each process serves up to 48 calls of the engine.",
        ),
        (
            "VergeOS has an internal error (500).",
            "A read, an update and a delete are sent again; a create is looked for first, as when its answer was lost.",
        ),
        (
            "A gateway answers 502, 503 or 504 after a create was applied.",
            "Finds the row by its token and adopts it.",
        ),
        (
            "A delete is answered 500 although the object was deleted.",
            "Success if the object does not exist any more, otherwise an error. The words of the answer are ignored.",
        ),
        (
            "The system is unavailable for minutes while many resources are processed.",
            "All threads share a budget of retries that only successes refill: at most 2 extra requests for each "
            "operation on average.",
        ),
        ('Status 200 with `{"err": …}` inside.', "It is an error."),
        (
            "A create answers without `$key`, or with one that is text, a number, zero or invalid.",
            "Accepts a valid key; otherwise finds the row by its token. Never uses an empty or invented id.",
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
            "An error page or a login page arrives in HTML, even with status 200.",
            "Reports what arrived: type, size and the first 200 printable characters.",
        ),
        ("The body ends before its announced length.", "Detects it; reads are sent again, creates are looked for."),
        ("The body is cut and no length was announced.", "It is then not JSON, and handled as such."),
        (
            "Unusual JSON: byte order mark, other character sets, `NaN`, `1e999`, duplicate keys, very deep nesting.",
            "Reads it or refuses it; never crashes or hangs.",
        ),
        (
            "Fields are new or missing, have another type, or hold a word that was added to a list.",
            "Ignores new fields, keeps new words with a warning, and names a field of the wrong type.",
        ),
        (
            "A list is huge, pages repeat or shift while they are read, or the limit is ignored.",
            "Keeps one page at a time, yields each row once, and ends.",
        ),
        ("Two rows have one name that should be unique.", "Fails with both keys; never takes the first."),
    ),
    *_rows(
        "Lifecycle",
        53,
        (
            "A running VM or network is to be deleted.",
            "Powers it off, waits (`stop_timeout`), then kills it, and deletes it.",
        ),
        (
            "It is stuck while it starts or stops.",
            "Fails at the deadline with its state, the time waited, its key and its node. The state is kept.",
        ),
        (
            "It enters an unexpected state.",
            "Fails at once for `error` and `unlicensed`; continues to wait in an unknown state.",
        ),
        ("Its state flaps.", "Once a state has come back, the wanted one must be seen twice in a row."),
        (
            "Something else still depends on what is to be deleted.",
            "Fails with VergeOS's reason and names the NICs that hold a network.",
        ),
        (
            "A part fails after the whole was created: the VM exists, its second drive does not.",
            "What was created is in the state; the next `up` creates only what is missing.",
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
            "Fails, keeps the object, and suggests `aliases`.",
        ),
        (
            "The key now belongs to another object.",
            "It does not have the state's token: a refresh removes it from the state; it is never changed or deleted.",
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
        ("The clock of this machine jumps, or the machine sleeps.", "Waits are measured with monotonic clocks."),
        (
            "The disk is full, or the home folder cannot be written to.",
            "Works: the files it keeps are helpful but not required.",
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
            "None appears in any output, log, traceback, preview or request log; in the state only encrypted.",
        ),
        (
            "VergeOS repeats a secret in an error.",
            "Masks it by its value: as it is, and in its base64, URL and JSON encodings.",
        ),
        (
            "An object that holds a credential is printed, copied, pickled or inspected.",
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
            "One function quotes; text that cannot be quoted is refused; rows that are found are compared again.",
        ),
        ("A key tries to leave its path: `../users/1`, `1?x=`, `1#`, `%2e%2e`.", "Refuses it before anything is sent."),
        (
            "Names and messages hold escape sequences, direction marks, line ends, or a megabyte of text.",
            "Shown without them and truncated; sent to VergeOS exactly as given.",
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
            "Passes it on byte for byte; refuses binary, too long or malformed data in the preview.",
        ),
        (
            "Names differ in Unicode only: composed or not, emoji, right to left, zero width.",
            "Compares them as VergeOS stores them: no permanent difference.",
        ),
    ),
    *_rows(
        "Supply and tools",
        85,
        (
            "A dependency has a known vulnerability or is replaced in transit.",
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
            "Deletes the old object first, then creates the new one; resources that refer to it are "
            "replaced too. Of a `MediaFile` the new one is created first, so that drives can be moved to it.",
        ),
        (
            "A resource is renamed or moved in the program without an alias, `Power` and `Firewall` included.",
            "Refuses it in the preview, before anything is written, and suggests `aliases`.",
        ),
        (
            "Two resources have names that differ in any character, or one gets the old name of another.",
            "Each has its own token, so each keeps its row.",
        ),
        (
            "A stack or a project is renamed, a resource is moved to another stack, a stack is split.",
            "Everything continues to work, including children and power; the next write updates the text of the marks.",
        ),
        (
            "A state is lost or restored to an earlier one, or a new stack has an old name.",
            "Takes over nothing that is not in the state; names the row, the owner in its mark, and `adopt=True`.",
        ),
        (
            "A state is copied into a second stack.",
            "The first continues to work; the second is refused in the preview, in `up` and in `destroy`.",
        ),
        (
            "A row is copied together with its description, by a person or by a clone or snapshot.",
            "The copy has no owner: refresh, update and destroy act on the original.",
        ),
        (
            "VergeOS is rolled back, or reuses a key, and the key now belongs to another owner.",
            "Leaves the row alone and reports it; a refresh removes it from the state.",
        ),
        (
            "The mark in a description is removed by an edit.",
            "Compares its generated values and its parent; if they prove nothing, names the line to restore.",
        ),
        (
            "Another system answers at the address, from the start or after a lost connection.",
            "Writes nothing there.",
        ),
        (
            "Only the provider is killed in a create, so that the engine records nothing of it.",
            "Finds the row by this machine's journal.",
        ),
        (
            "Two resources exchange unique names, or one takes a name that another releases.",
            "Refuses an exchange in the preview and says how to do it; the other works with `depends_on`.",
        ),
        (
            "The answer to a create names another row.",
            "Looks for the row with the token, and never writes to the other one.",
        ),
        (
            "The state of the stack cannot be read.",
            "Warns once and takes nothing over.",
        ),
        (
            "The program sets an argument that VergeOS has already, or no longer sets one.",
            "Records it without a write, so that its drift is detected from then on, or no longer.",
        ),
        (
            "A number is larger than Pulumi can carry, or becomes a boolean.",
            "Refuses the first; the second is a change.",
        ),
        (
            "A guest ignores the shutdown when its server is deleted.",
            "Kills it after `stop_timeout`.",
        ),
        (
            "A server is cloned or snapshotted before all its parts exist.",
            "Waits for them; if one failed, nothing is cloned.",
        ),
        (
            "A server, its stack or its project is renamed, or it moves.",
            "The guest keeps its cloud-init instance, its password hashes and its host name.",
        ),
        (
            "One of our constructors refuses the program.",
            "Nothing of it is created, not even with `--skip-preview`.",
        ),
        (
            "The guest would ignore the user data, or a file cannot be parsed safely.",
            "Refuses it in the preview.",
        ),
        (
            "A process is stopped while it holds places for requests, or the ledger's lock.",
            "It loses them after a while; waits of other processes are announced, and end.",
        ),
        (
            "The disk that holds the states is full.",
            "Nothing exists twice; `docs/shared-state.md` says how to restore the state.",
        ),
        (
            "A pipeline previews a stack that does not exist.",
            "Creates none.",
        ),
        (
            "A preview or a state is unexpected JSON.",
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
            "compares it with the program. What was switched off for that is on again.",
        ),
    ),
)
"""All rows, in the order of their numbers."""


def marked_tests(folder: Path = TESTS, mark: str = "fault") -> dict[int, list[str]]:
    """Return the names of the tests that carry each number, read from their decorators without importing them.

    Args:
        folder: Where they are.
        mark: The name of the mark.
    """
    found: dict[int, list[str]] = {}
    decorator = f"pytest.mark.{mark}"
    texts = (path.read_text() for path in sorted(folder.rglob("test_*.py")))
    for tree in (ast.parse(text) for text in texts if decorator in text):  # to parse all of them takes seconds
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in _numbers(node, decorator):
                    found.setdefault(number, []).append(node.name)
    return found


def _numbers(test: ast.FunctionDef, mark: str) -> Iterator[int]:
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == mark:
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
