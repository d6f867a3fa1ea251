"""The frame of every provider: Pulumi's six methods, written once.

The methods of Pulumi's protocol are final here. Each checks which system it talks to, calls one method of the subclass
(`insert`, `fetch`, `change`, `remove`), and turns whatever goes wrong into one sentence. `rows.RowProvider` fills them
in for rows of a table, which is what nearly every resource is.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar, final, get_args

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from verge_pulumi.client import (
    ApiError,
    NotPermitted,
    hidden_so_far,
    hiding,
    printable,
    printable_lines,
    recording_writes,
)
from verge_pulumi.engine.declaring.declaration import (
    ENDING,
    NAME,
    ORGANIZATION,
    OWNER,
    SEED,
    BaseResource,
    Declaration,
    location,
    row_key,
)
from verge_pulumi.engine.declaring.model import Inputs, differing, validate
from verge_pulumi.engine.errors import (
    LONGEST,
    EngineError,
    InitialisationFailed,
    Reported,
    Withdrawn,
    debugging,
    explain,
    sentence,
    shown_problems,
    texts_in,
)
from verge_pulumi.engine.lifecycle.evidence import ORIGIN, Held, owner_in
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.lifecycle.journal import Verb
from verge_pulumi.engine.lifecycle.ownership import MANAGED, TOKEN, new_token, token_in
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.engine.runtime.connection import Connection, from_process

UNFINISHED = "__unfinished"
"""Hidden output: why the object is not complete. It outlives a refresh, which clears the engine's own note of it."""

HIDDEN = (OWNER, NAME, ORGANIZATION, TOKEN, SEED, ENDING)
"""Hidden inputs; the outputs have them too, since only these are there when an object is read or deleted."""

R = TypeVar("R", bound=BaseResource)
P = ParamSpec("P")
T = TypeVar("T")


def _reported(verb: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Wrap a method so that it fails with one sentence: "Unable to <verb> Network 'lan': <cause>. <what to do>."."""

    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(method)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
            provider: Any = args[0]
            properties = [each for each in args if isinstance(each, dict)]
            with provider_process.one_call():
                try:
                    with hiding(provider.secrets_in(properties)):
                        return method(*args, **kwargs)
                except BaseException as error:  # a SystemExit would hang the engine for ever
                    raise provider.failure(verb, properties, error) from None

        return wrapper

    return decorate


def _counted(method: Callable[P, T]) -> Callable[P, T]:
    """Wrap a method that reads from VergeOS, so that reads of calls that run side by side are gathered."""

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        provider: Any = args[0]
        with provider.connection.call():
            return method(*args, **kwargs)

    return wrapper


class DeclaredProvider(ResourceProvider, Generic[R]):
    """A provider of the resource R; subclasses say what is special about its life."""

    resource: ClassVar[type[BaseResource]]
    serialize_as_secret_always = False
    connection: Connection

    def __init_subclass__(cls, **options: Any) -> None:
        """Bind the class to the resource its base names: ``class NetworkProvider(RowProvider[Network])``."""
        super().__init_subclass__(**options)
        for base in vars(cls).get("__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, BaseResource):
                    cls.resource = argument
                    PROVIDERS[argument] = cls

    # What a subclass fills in ----------------------------------------------------------------------------------------

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Check arguments against each other; unknown ones are `pulumi.output.Unknown` objects.

        Returns:
            One sentence for each problem.
        """
        return ()

    def kept(self, olds: Inputs, news: Inputs) -> Collection[str]:
        """Name the arguments that stay as they were, whatever the program says now.

        Args:
            olds: The inputs in the state; empty where the object is new or replaced.
            news: What the program says.
        """
        return ()

    def derived(self, olds: Inputs, news: Inputs) -> Inputs:
        """Return the arguments whose values depend on what the state holds.

        Args:
            olds: The inputs in the state; empty where the object is new or replaced.
            news: What the program says; unknown values are `pulumi.output.Unknown` objects.
        """
        return {}

    def refusals(self, olds: Inputs, news: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """Say what of a change must not be done; it is asked in the preview.

        Args:
            olds: The outputs in the state.
            news: What the program says; unknown values are `pulumi.output.Unknown` objects.
            changed: The arguments that differ.
            replacing: Whether the object is to be replaced.

        Returns:
            One sentence for each refusal.
        """
        return ()

    def notes(self, olds: Inputs, news: Inputs, changed: Collection[str]) -> Iterable[str]:
        """Tell the reader of a preview what a diff does not show: that a change waits for a restart, or makes one.

        Args:
            olds: The outputs in the state.
            news: What the program says; unknown values are `pulumi.output.Unknown` objects.
            changed: The arguments that differ.

        Returns:
            One line for each thing.
        """
        waiting = [name for name in changed if self.declaration.inputs[name].restarts]
        if waiting:
            allowed = news.get("restart") == "on-change"
            then = "it is restarted for that if it runs" if allowed else "restart='on-change' makes one"
            yield f"{', '.join(waiting)}: what runs takes this on when it restarts; {then}"

    def replaced_by(self, name: str, olds: Inputs, news: Inputs) -> bool:
        """Say whether a change of this argument replaces the object."""
        return self.declaration.inputs[name].replaces

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Make the object; return its id and outputs."""
        raise NotImplementedError

    def fetch(self, id: str, props: Inputs) -> dict[str, Any] | None:
        """Read the object; return its outputs, or None where it is gone."""
        raise NotImplementedError

    def change(self, id: str, olds: Inputs, news: Inputs) -> dict[str, Any]:
        """Bring the object to what the program says; return its outputs."""
        raise NotImplementedError

    def remove(self, id: str, props: Inputs) -> None:
        """Delete the object; that it is gone already is success."""
        raise NotImplementedError

    # Pulumi's protocol -----------------------------------------------------------------------------------------------

    @property
    def declaration(self) -> Declaration:
        """What the resource declares."""
        return self.resource.declaration

    @_reported("configure")
    def configure(self, req: ConfigureRequest) -> None:
        """Read the settings; Pulumi calls it once in each process."""
        self.connection = from_process(lambda name: req.config.get(name))
        provider_process.widen()
        provider_process.watch_engine()

    @final
    @_reported("check")
    def check(self, _olds: Inputs, news: Inputs) -> CheckResult:
        """Validate and normalise what the program says. VergeOS is not asked; the state is, for a new resource."""
        inputs, problems = validate(self.declaration, news)
        inputs |= {name: _olds[name] for name in self.kept(_olds, inputs) if name in _olds}
        inputs[TOKEN] = _olds.get(TOKEN) or new_token(provider_process.urn(), provider_process.random_seed())
        inputs |= self.derived(_olds, inputs)
        problems = problems or list(self.check_together(inputs))
        if not problems:
            problems = list(self._identity_problems(_olds, inputs))
        # A failure that names a property makes the engine print its value, secrets too: the name goes in the text.
        return CheckResult(inputs, [CheckFailure("", problem) for problem in shown_problems(problems)])

    @final
    @_reported("change")
    def diff(self, _id: str, _olds: Inputs, _news: Inputs) -> DiffResult:
        """Compare what the program sets with the outputs.

        Equal in meaning is no change. Where something differs the engine is asked to compare the inputs itself
        (``changes=None``), since only then it shows the fields and honours ``ignore_changes`` and
        ``replace_on_changes``. So it is where the program sets other arguments than before, though to what is there
        already: which ones it sets is recorded, since drift is looked for in these.
        """
        self._confirm(_olds, _news)
        if self._moved(_olds):
            return DiffResult(changes=True, replaces=["provider"])
        first = self.declaration.delete_before_replace
        unclear = self._is_unclear(_olds, _news)
        if unclear and self._is_gone(_id, _olds):
            self._note_replacement(_id)
            provider_process.log(
                "an earlier run was cut off while it changed or deleted this, and it is not there any more"
            )
            return DiffResult(changes=True, replaces=["$key"], delete_before_replace=first)
        changed = differing(self.declaration, _olds, _news)
        replaces = [
            name for name in changed if self.replaced_by(name, _olds, _news) or self._follows(name, _olds, _news)
        ]
        if replaces:
            self._note_replacement(_id)
        refused = [sentence(text) for text in self.refusals(_olds, _news, changed, replacing=bool(replaces))]
        refused += [sentence(text) for text in self._taken_names(changed, _news, replacing=bool(replaces))]
        if refused:
            raise EngineError(" ".join(refused))
        if not changed:
            if unclear or UNFINISHED in _olds:
                return DiffResult(changes=True)
            # No diff for states of the form that had none of it, but what changes must be there when it is deleted.
            outdated = ENDING in _olds and _olds[ENDING] != _news.get(ENDING)
            same = self.managed(_news) == list(_olds.get(MANAGED) or ())
            return DiffResult(changes=outdated if same else None)
        if not replaces:
            for note in self.notes(_olds, _news, changed):
                provider_process.log(note)
        return DiffResult(changes=None, replaces=replaces, delete_before_replace=first)

    @final
    @_reported("create")
    @_counted
    def create(self, props: Inputs) -> CreateResult:
        """Make the object."""
        inputs = self._typed(props)
        self._see_home(inputs)
        with self._noted("create", str(inputs.get(TOKEN) or "")):
            id, outs = self.insert(inputs)
        self.connection.evidence.made_up_for(provider_process.urn(), this_stack(inputs))
        return CreateResult(id, self.complete(id, outs, inputs))

    @final
    @_reported("read")
    @_counted
    def read(self, id_: str, props: Inputs) -> ReadResult:
        """Read the object for a refresh, or for ``get``, where the engine hands over no outputs of ours."""
        with self.connection.client.budget.reserved(reads=True):
            return self._read(id_, props)

    def _read(self, id_: str, props: Inputs) -> ReadResult:
        known = ORIGIN in props
        if known:
            self._guard(props)
        outs = self.fetch(id_, props)
        if outs is None:
            self.connection.evidence.journal.end(token_in(props))
            if known:
                # The system has just said its name, so this is no wrong host that answers 404 to everything.
                return ReadResult("", {})
            raise EngineError(f"there is no {self.declaration.title} {id_} on {self.connection.client.host}")
        if not known:
            return ReadResult(id_, self.complete(id_, outs, {}))
        managed = {name: outs[name] for name in props.get(MANAGED, ()) if outs.get(name) is not None}
        inputs = {**managed, **{name: props[name] for name in HIDDEN if name in props}}
        outs = self.complete(id_, outs, inputs) | {MANAGED: props.get(MANAGED, [])}
        if UNFINISHED in props:
            outs[UNFINISHED] = props[UNFINISHED]
        return ReadResult(id_, outs, inputs)

    @final
    @_reported("update")
    @_counted
    def update(self, _id: str, _olds: Inputs, _news: Inputs) -> UpdateResult:
        """Bring the object to what the program says."""
        self._guard(_olds)
        self._confirm(_olds, _news)
        inputs = self._typed(_news)
        # The token is that of the object, which an old state may not have recorded in the inputs.
        inputs |= {TOKEN: _olds[TOKEN]} if TOKEN in _olds else {}
        olds = {**_olds, UNFINISHED: "an earlier run was cut off"} if self._is_unclear(_olds, _news) else _olds
        with self._noted("change", token_in(_olds)):
            outs = self.change(_id, olds, inputs)
        return UpdateResult(self.complete(_id, outs, inputs))

    @final
    @_reported("delete")
    @_counted
    def delete(self, _id: str, _props: Inputs) -> None:
        """Delete the object; what that takes may come out of the reserve of the hour's requests."""
        with self.connection.client.budget.reserved():
            self._guard(_props)
            self._confirm(_props, _props)
            if (self.declaration.table, _id) in self.connection.evidence.claimed:
                raise EngineError(
                    f"row {_id} of {self.declaration.table} was made or taken over in this very run. It is left alone; "
                    "run 'pulumi up' again"
                )
            with self._noted("change", token_in(_props)):
                self.remove(_id, _props)

    # Interruptions ---------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _noted(self, verb: Verb, token: str) -> Iterator[None]:
        """Keep a note of a write until its outcome is in the engine's hands, or it is known to have written nothing.

        The engine forgets a change or a delete that failed or was cut off. It would call the object unchanged, though
        it may be gone or half taken down.
        """
        journal = self.connection.evidence.journal
        journal.begin(verb, provider_process.urn(), token)
        with recording_writes() as writes:
            try:
                yield
            except InitialisationFailed:
                raise  # it is crossed out when the engine has saved it
            except BaseException as error:
                if not writes or isinstance(error, Withdrawn):
                    journal.end(token)
                raise
        journal.end(token)

    def _is_unclear(self, olds: Inputs, news: Inputs) -> bool:
        """Say whether an earlier run was cut off while it changed or deleted the object, and nobody looked since."""
        return bool(provider_process.urn()) and self.connection.evidence.is_unclear(token_in(olds), this_stack(news))

    def _is_gone(self, id: str, olds: Inputs) -> bool:
        """Look whether an object is still there of which that is not known."""
        with self.connection.call():
            self._guard(olds)
            return self.fetch(id, olds) is None

    # Identity --------------------------------------------------------------------------------------------------------

    def unique_key(self, values: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return the values that no two objects share, in one form for inputs and states; None if one is not known."""
        found: list[str] = []
        for name in self.declaration.unique:
            attribute, value = self.declaration.inputs[name], values.get(name)
            if value is None or pulumi.contains_unknowns(value):
                return None
            try:
                found.append(str(attribute.value.to_api(attribute.value.normalise(value))))
            except (TypeError, ValueError):
                return None  # a secret, which a state holds encrypted
        return tuple(found) or None

    def recorded_key(self, held: Held) -> tuple[str, ...] | None:
        """Return the values of an object in the state that no two objects share; None if one is not known."""
        return self.unique_key(held.outputs)

    def refuse_namesake(self, inputs: Inputs) -> None:
        """See that no other resource of this stack is what this one is to be; asked again when all values are known.

        Raises:
            EngineError: Another one is.
        """
        unique = self.unique_key(inputs)
        if unique and (problems := list(self._namesakes(unique, inputs))):
            raise EngineError(" ".join(map(sentence, problems)))

    def _identity_problems(self, olds: Inputs, inputs: Inputs) -> Iterable[str]:
        """Say if a new resource is what another one of this stack is; note if it is no new one but a replacement.

        A renamed resource without an alias looks like a new one to the engine, which would create it and then delete
        the old one. Without old inputs this is the only place at which that can be seen before anything is written.
        """
        urn, evidence = provider_process.urn(), self.connection.evidence
        unique = self.unique_key(inputs)
        evidence.declares(urn, unique)
        if olds or not urn:
            return
        try:
            held = evidence.state(this_stack(inputs)).of(urn)
        except EngineError as error:
            # What meets a row while it is created is refused then.
            evidence.warn_once(f"renamed resources cannot be recognised: {error}")
            return
        if held:
            self._note_replacement(held.id)
        elif unique:
            yield from self._namesakes(unique, inputs)

    def _taken_names(self, changed: Collection[str], news: Inputs, *, replacing: bool) -> Iterable[str]:
        """Say if a resource is to get a unique name that another one of this stack keeps."""
        unique = self.unique_key(news)
        if unique and provider_process.urn() and not set(changed).isdisjoint(self.declaration.unique):
            way = "take one of the two out of the program" if replacing else "give one of the two a third name"
            for each in self.connection.evidence.namesakes(
                provider_process.urn(), this_stack(news), unique, self.recorded_key
            ):
                yield (
                    f"'{each.name}' of this stack has that {' and '.join(self.declaration.unique)}. If it gives that "
                    "up in this run, declare it first and let this one depend on it; to exchange "
                    f"{'them' if replacing else 'names'}, {way} in a run of its own"
                )

    def _namesakes(self, unique: tuple[str, ...], inputs: Inputs) -> Iterable[str]:
        urn = provider_process.urn()
        if not urn:
            return
        for each in self.connection.evidence.namesakes(urn, this_stack(inputs), unique, self.recorded_key):
            yield (
                f"'{each.name}' of this stack already manages that object. If it was renamed or moved in the program, "
                "say so with the option aliases; if it becomes another one in this run, declare it first and let this "
                "one depend on it; to replace it by this one, delete it in a run of its own"
            )

    def _note_replacement(self, id: str) -> None:
        """Note that an object is deleted before its successor is created, so that references to it have to follow."""
        if self.declaration.delete_before_replace:
            self.connection.evidence.replacing.add((self.declaration.table, id))

    def _follows(self, name: str, olds: Inputs, news: Inputs) -> bool:
        """Say whether an argument refers to a row that is deleted in this run before its successor is created.

        VergeOS does not delete what something refers to, so this one goes first and comes back afterwards.
        """
        if not pulumi.contains_unknowns(news.get(name)):
            return False
        old = self.declaration.inputs[name].refers_to(olds.get(name))
        return not self.connection.evidence.replacing.isdisjoint(old)

    def _confirm(self, recorded: Inputs, inputs: Inputs) -> None:
        """See that an object which another stack is recorded to manage came from there, and is not its copy.

        Raises:
            EngineError: The other stack still manages it.
        """
        urn, token = provider_process.urn(), token_in(recorded)
        if not urn or not token:
            return
        for owner in {recorded.get(OWNER), provider_process.old_input(OWNER)} - {owner_in(urn), None, ""}:
            if not self.connection.evidence.has_left(str(owner), this_stack(inputs), token):
                raise EngineError(
                    f"it is managed by the stack {owner} too, whose state this stack's was copied from. Remove it from "
                    "one of them with 'pulumi state delete'"
                )

    # ------------------------------------------------------------------------------------------------------------------

    def label(self, properties: Mapping[str, Any]) -> str:
        """Return how people know the object: its class and its name."""
        name = properties.get("name") or properties.get(NAME)
        return f"{self.declaration.title} '{name}'" if isinstance(name, str) else self.declaration.title

    def _typed(self, inputs: Inputs) -> Inputs:
        """Return inputs as `check` left them; on the way here every number became a float."""
        return validate(self.declaration, inputs)[0]

    def managed(self, inputs: Mapping[str, Any]) -> list[str]:
        """Return the arguments that the program sets."""
        return sorted(name for name in self.declaration.inputs if inputs.get(name) is not None)

    def complete(self, id: str, outs: dict[str, Any], inputs: Inputs) -> dict[str, Any]:
        """Return the outputs with what every object has: its key, its location, and what we keep for ourselves."""
        settings = self.connection.settings
        return {
            **outs,
            **{name: inputs[name] for name in HIDDEN if name in inputs},
            "$key": row_key(id),
            "location": location(self.declaration.table, id),
            MANAGED: self.managed(inputs),
            ORIGIN: {
                "provider": settings.provider,
                "host": self.connection.client.host,
                "system": self.connection.system.identity,
                "name": self.connection.system.name,
            },
        }

    def _moved(self, props: Inputs) -> bool:
        """Say whether the program moved the resource to a provider of another system.

        Only a provider or a host that is not the recorded one is worth a request; a preview of unmoved resources makes
        none.
        """
        origin = props.get(ORIGIN)
        here = (self.connection.settings.provider, self.connection.client.host)
        if origin is None or here == (origin["provider"], origin["host"]) or self.connection.is_at(origin["system"]):
            return False
        if origin["provider"] == self.connection.settings.provider:
            self._guard(props)
        return True

    def _guard(self, props: Inputs) -> None:
        """Refuse to touch an object that was made on another system.

        Raises:
            EngineError: Another VergeOS answers than the one that holds the object.
        """
        origin = props.get(ORIGIN)
        if origin is not None and not self.connection.is_at(origin["system"]):
            raise self._elsewhere("it belongs", origin)

    def _see_home(self, inputs: Inputs) -> None:
        """Refuse to make an object on another system than the one that holds the others of this stack.

        Raises:
            EngineError: The address of the provider leads elsewhere by now.
        """
        try:
            origins = self.connection.evidence.state(this_stack(inputs)).origins if provider_process.urn() else []
        except EngineError:
            return  # the check has told so
        for origin in origins:
            mine = origin.get("provider") == self.connection.settings.provider
            if mine and not self.connection.is_at(origin["system"]):
                raise self._elsewhere("what this stack manages belongs", origin)

    def _elsewhere(self, what: str, origin: Mapping[str, Any]) -> EngineError:
        return EngineError(
            f"{what} to the system '{origin.get('name')}', but {self.connection.client.host} is the system "
            f"'{self.connection.system.name}'. Point the provider back, or declare a second Provider; if "
            f"the system was renamed, set vergeos:formerName to '{origin['system']}' for one run"
        )

    def hint(self, error: ApiError, inputs: Mapping[str, Any]) -> str:
        """Return what the declaration knows of an error that VergeOS does not say, or ""."""
        if isinstance(error, NotPermitted):
            return f"This VergeOS is {self.connection.release}." if self.connection.release else ""
        for name, attribute in self.declaration.inputs.items():
            if error.field and error.field == attribute.column != name:
                return f"In the program '{error.field}' is '{name}'."
        return ""

    def secrets_in(self, properties: Iterable[Mapping[str, Any]]) -> list[str]:
        """Return every secret text in what a call was given."""
        secret = [name for name, attribute in self.declaration.attributes.items() if attribute.secret]
        return [text for each in properties for name in secret for text in texts_in(each.get(name))]

    def failure(self, verb: str, properties: Sequence[Mapping[str, Any]], error: BaseException) -> Reported:
        """Return the one sentence that people see.

        Args:
            verb: What was to be done.
            properties: All that the call was given; no secret of theirs is shown, in no spelling.
            error: What went wrong.
        """
        newest = properties[-1] if properties else {}
        hidden = [*self.secrets_in(properties), *hidden_so_far()]
        hint = self.hint(error, newest) if isinstance(error, ApiError) else ""
        cause = printable(f"{explain(error)} {hint}", LONGEST, hidden)
        text = sentence(f"Unable to {verb} {printable(self.label(newest))}: {cause}")
        if isinstance(error, InitialisationFailed):
            saved = provider_process.report_initialisation_failed(error.id, {**error.outs, UNFINISHED: cause}, text)
            if saved:
                self.connection.evidence.journal.end(str(newest.get(TOKEN)))
            text += " It exists" + (" and is in the state; the next 'pulumi up' completes it." if saved else ".")
        if debugging():
            # The exceptions behind the sentence quote what VergeOS said, so their traceback is text to be masked too.
            text += "\n" + printable_lines("".join(traceback.format_exception(error)), secrets=hidden)
        if provider_process.serving():
            sys.tracebacklimit = 0
        return Reported(text)


PROVIDERS: dict[type[BaseResource], type[DeclaredProvider[Any]]] = {}
