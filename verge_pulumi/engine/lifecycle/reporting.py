"""How a call of the engine fails: with one sentence, and with what exists saved."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from verge_pulumi.client import ApiError, LoginRequired, hidden_so_far, hiding, printable, printable_lines
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.hidden import NAME
from verge_pulumi.engine.errors import (
    LONGEST,
    InitialisationFailed,
    Reported,
    debugging,
    explain,
    sentence,
    texts_in,
)
from verge_pulumi.engine.lifecycle.hooks import Hooks
from verge_pulumi.engine.lifecycle.recording import DOWN, UNFINISHED
from verge_pulumi.engine.ownership.mark import TOKEN
from verge_pulumi.engine.runtime import provider_process

P = ParamSpec("P")
T = TypeVar("T")


def reported(verb: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Wrap a method so that it fails with one sentence: "Unable to <verb> Network 'lan': <cause>. <what to do>."."""

    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(method)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
            provider: Any = args[0]
            properties = [each for each in args if isinstance(each, dict)]
            with provider_process.one_call():
                try:
                    with hiding(secrets_in(provider.declaration, properties)):
                        return method(*args, **kwargs)
                except Reported:
                    raise
                except BaseException as error:  # a SystemExit would hang the engine for ever
                    raise failure(provider, verb, properties, error) from None

        return wrapper

    return decorate


def label(declaration: Declaration, properties: Mapping[str, Any]) -> str:
    """Return how people know the object: its class and its name."""
    name = properties.get("name") or properties.get(NAME)
    return f"{declaration.title} '{name}'" if isinstance(name, str) else declaration.title


def secrets_in(declaration: Declaration, properties: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return every secret text in what a call was given."""
    secret = [name for name, attribute in declaration.attributes.items() if attribute.secret]
    return [text for each in properties for name in secret for text in texts_in(each.get(name))]


def failure(provider: Hooks[Any], verb: str, properties: Sequence[Mapping[str, Any]], error: BaseException) -> Reported:
    """Return the one sentence that people see.

    Args:
        provider: Whose call it was.
        verb: What was to be done.
        properties: All that the call was given; no secret of theirs is shown, in no spelling.
        error: What went wrong.
    """
    newest = properties[-1] if properties else {}
    hidden = [*secrets_in(provider.declaration, properties), *hidden_so_far()]
    hint = provider.hint(error, newest) if isinstance(error, ApiError) else ""
    subject = printable(label(provider.declaration, newest))
    why = _refused(provider, subject, error) if isinstance(error, LoginRequired) else f"{explain(error)} {hint}"
    cause = printable(why, LONGEST, hidden)
    text = sentence(f"Unable to {verb} {subject}: {cause}")
    if isinstance(error, InitialisationFailed):
        token = str(newest.get(TOKEN))
        down = {DOWN: True} if token in provider.connection.evidence.down else {}
        outs = {**error.outs, UNFINISHED: cause, **down}
        saved = provider_process.report_initialisation_failed(error.id, outs, text)
        if saved:
            provider_process.when_answered(lambda: provider.connection.evidence.journal.end(token))
        text += " It exists" + (" and is in the state; the next 'pulumi up' completes it." if saved else ".")
    if debugging():
        # The exceptions behind the sentence quote what VergeOS said, so their traceback is text to be masked too.
        text += "\n" + printable_lines("".join(traceback.format_exception(error)), secrets=hidden)
    if provider_process.serving():
        sys.tracebacklimit = 0
    return Reported(text)


class _First(dict[str, str]):
    """The object for which VergeOS first refused the login in this run."""


def _refused(provider: Hooks[Any], subject: str, error: LoginRequired) -> str:
    """Return why the login is refused: in full for the first object, and for the others that it is the same."""
    first = provider.connection.shared(_First).setdefault("first", subject)
    if first != subject:
        return f"VergeOS refuses the login; the error of {first} says more."
    return f"{error} The login is that of {provider.connection.settings.credentials}."
