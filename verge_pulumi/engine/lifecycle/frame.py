"""The frame of every provider: Pulumi's six methods, written once.

The methods of Pulumi's protocol are final here. Each checks which system it talks to, calls one of the hooks `insert`,
`fetch`, `change` and `remove`, and turns whatever goes wrong into one sentence. `rows.RowProvider` fills these in for
rows of a table, which is what nearly every resource is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar, final, get_args

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

from verge_pulumi.engine.connecting.connection import from_process
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.hidden import ADOPTED, ASSUMED, ENDING, GIVEN, OBJECTS
from verge_pulumi.engine.declaring.lives import Life
from verge_pulumi.engine.declaring.model import Inputs, differing, validate
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError, sentence, shown_problems
from verge_pulumi.engine.lifecycle.calls import asking, finishing
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.lifecycle.home import Home
from verge_pulumi.engine.lifecycle.hooks import Hooks
from verge_pulumi.engine.lifecycle.identity import Identity
from verge_pulumi.engine.lifecycle.interruptions import is_unclear, noted
from verge_pulumi.engine.lifecycle.recording import DOWN, HIDDEN, UNFINISHED, complete, managed
from verge_pulumi.engine.lifecycle.releases import refuse_older
from verge_pulumi.engine.lifecycle.replacing import see_replacement
from verge_pulumi.engine.lifecycle.reporting import reported
from verge_pulumi.engine.lifecycle.resuming import kept_on
from verge_pulumi.engine.ownership.mark import MANAGED, TOKEN, new_token, token_in
from verge_pulumi.engine.ownership.states import ORIGIN, Place
from verge_pulumi.engine.runtime import provider_process

R = TypeVar("R", bound=BaseResource)


class DeclaredProvider(Hooks[R], ResourceProvider):
    """A provider of the resource R; subclasses say by hooks what is special about its life."""

    serialize_as_secret_always = False

    def __init_subclass__(cls, *, life: type[Life] | None = None, **options: Any) -> None:
        """Bind the class to the resource its base names: ``class NetworkProvider(RowProvider[Network])``.

        Args:
            life: The life that it serves, for all resources of which nothing else is special.
            options: Passed on.
        """
        super().__init_subclass__(**options)
        if life is not None:
            LIVES[life] = cls
        for base in vars(cls).get("__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, BaseResource):
                    cls.resource = argument
                    PROVIDERS[argument] = cls

    @property
    def identity(self) -> Identity:
        """What the state and the program say about the resource of this call."""
        return Identity(self.connection.evidence, self.declaration, self.recorded_key)

    def complete(self, id: str, outs: dict[str, Any], inputs: Inputs) -> dict[str, Any]:
        """Return outputs as the state records them."""
        return complete(self.connection, self.declaration, id, outs, inputs)

    # Pulumi's protocol -----------------------------------------------------------------------------------------------

    @reported("configure")
    def configure(self, req: ConfigureRequest) -> None:
        """Read the settings; Pulumi calls it once in each process."""
        self.connection = from_process(lambda name: req.config.get(name))
        provider_process.widen()
        provider_process.watch_engine()

    @final
    @reported("check")
    def check(self, _olds: Inputs, news: Inputs) -> CheckResult:
        """Validate and normalise what the program says. VergeOS is not asked; the state is, for a new resource."""
        if provider_process.serving():
            self.connection.evidence.states.read_ahead(this_stack(news))  # while the first check loads pydantic
        inputs, wrong = validate(self.declaration, news)
        adopted, assumed = inputs.pop(ADOPTED, None) or {}, inputs.pop(ASSUMED, None) or []
        given = inputs.pop(GIVEN, None) or []
        self.connection.reader.scarcity.expect(int(inputs.pop(OBJECTS, 0)))
        inputs |= {name: _olds[name] for name in self.kept(_olds, inputs) if name in _olds}
        inputs[TOKEN] = _olds.get(TOKEN) or new_token(provider_process.urn(), provider_process.random_seed())
        inputs |= self.derived(_olds, inputs)
        problems = [each.shown if each.argument in given else each for each in wrong]
        problems = problems or list(self.check_together(inputs))
        if not problems:
            problems = list(self.identity.problems(_olds, inputs))
        if not _olds and not problems:
            self._begin(adopted, assumed, inputs)
            see_replacement(self, inputs)
        # A failure that names a property makes the engine print its value, secrets too: the name goes in the text.
        return CheckResult(inputs, [CheckFailure("", problem) for problem in shown_problems(problems)])

    @final
    @reported("change")
    def diff(self, _id: str, _olds: Inputs, _news: Inputs) -> DiffResult:
        """Compare what the program sets with the outputs.

        Equal in meaning is no change. Where something differs the engine is asked to compare the inputs itself
        (``changes=None``), since only then it shows the fields and honours ``ignore_changes`` and
        ``replace_on_changes``. So it is where the program sets other arguments than before, though to what is there
        already: which ones it sets is recorded, since drift is looked for in these.
        """
        self.identity.confirm(_olds, _news)
        if Home(self.connection).has_moved(_olds):
            return DiffResult(changes=True, replaces=["provider"])
        first = self.declaration.delete_before_replace
        unclear = is_unclear(self.connection.evidence, _olds, _news)
        if unclear and self._is_gone(_id, _olds):
            self.identity.note_replacement(_id)
            provider_process.log(
                "an earlier run was cut off while it changed or deleted this, and it is not there any more"
            )
            return DiffResult(changes=True, replaces=["$key"], delete_before_replace=first)
        changed = differing(self.declaration, _olds, _news)
        replaces = [
            name
            for name in changed
            if self.replaced_by(name, _olds, _news) or self.identity.follows(name, _olds, _news)
        ]
        if replaces:
            self.identity.note_replacement(_id)
        refused = [sentence(text) for text in self.refusals(_olds, _news, changed, replacing=bool(replaces))]
        refused += [sentence(text) for text in self.identity.taken_names(changed, _news, replacing=bool(replaces))]
        if refused:
            raise EngineError(" ".join(refused))
        repairs = unclear or UNFINISHED in _olds
        if (changed or repairs) and not replaces:
            for note in self.notes(_olds, _news, changed):
                provider_process.log(note)
        if not changed:
            if repairs:
                return DiffResult(changes=True)
            # No diff for states of the form that had none of it, but what changes must be there when it is deleted.
            outdated = ENDING in _olds and _olds[ENDING] != _news.get(ENDING)
            same = managed(self.declaration, _news) == list(_olds.get(MANAGED) or ())
            if same and not outdated:
                self.connection.reader.scarcity.unchanged()
            return DiffResult(changes=outdated if same else None)
        return DiffResult(changes=None, replaces=replaces, delete_before_replace=first)

    @final
    @reported("create")
    @asking
    @finishing
    def create(self, props: Inputs) -> CreateResult:
        """Make the object."""
        inputs = self._typed(props)
        Home(self.connection).see(inputs)
        refuse_older(self.connection, self.declaration, inputs)
        with noted(self.connection.evidence, "create", str(inputs.get(TOKEN) or "")):
            id, outs = self.insert(inputs)
        self.connection.evidence.attempts.made_up_for(provider_process.urn(), this_stack(inputs))
        return CreateResult(id, self.complete(id, outs, inputs))

    @final
    @reported("read")
    @asking
    def read(self, id_: str, props: Inputs) -> ReadResult:
        """Read the object for a refresh, or for ``get``, where the engine hands over no outputs of ours."""
        with self.connection.client.budget.reserved(reads=True):
            return self._read(id_, props)

    def _read(self, id_: str, props: Inputs) -> ReadResult:
        known = ORIGIN in props
        if known:
            if provider_process.serving():
                self.connection.evidence.states.read_ahead(this_stack(props))  # the first comparison asks for it
            Home(self.connection).guard(props)
        outs = self.fetch(id_, props)
        if outs is None:
            provider_process.when_answered(lambda: self.connection.evidence.journal.end(token_in(props)))
            if known:
                # The system has just said its name, so this is no wrong host that answers 404 to everything.
                return ReadResult("", {})
            raise EngineError(f"there is no {self.declaration.title} {id_} on {self.connection.client.host}")
        if not known:
            return ReadResult(id_, self.complete(id_, outs, {}))
        managed = {name: outs[name] for name in props.get(MANAGED, ()) if outs.get(name) is not None}
        inputs = {**managed, **{name: props[name] for name in HIDDEN if name in props}}
        outs = self.complete(id_, outs, inputs) | {MANAGED: props.get(MANAGED, [])}
        outs |= {name: props[name] for name in (UNFINISHED, DOWN) if name in props}
        return ReadResult(id_, outs, inputs)

    @final
    @reported("update")
    @asking
    @finishing
    def update(self, _id: str, _olds: Inputs, _news: Inputs) -> UpdateResult:
        """Bring the object to what the program says."""
        Home(self.connection).guard(_olds)
        self.identity.confirm(_olds, _news)
        inputs = self._typed(_news)
        # The token is that of the object, which an old state may not have recorded in the inputs.
        inputs |= {TOKEN: _olds[TOKEN]} if TOKEN in _olds else {}
        refuse_older(self.connection, self.declaration, inputs)
        evidence = self.connection.evidence
        olds = {**_olds, UNFINISHED: "a run was cut off"} if is_unclear(evidence, _olds, _news) else _olds
        with noted(evidence, "change", token_in(_olds), down=DOWN in _olds):
            outs = self.change(_id, olds, inputs)
        return UpdateResult(self.complete(_id, outs, inputs))

    @final
    @reported("delete")
    @asking
    @finishing
    def delete(self, _id: str, _props: Inputs) -> None:
        """Delete the object; what that takes may come out of the reserve of the hour's requests."""
        if state := self.connection.evidence.states.known(this_stack(_props)):
            self.connection.reader.scarcity.expect(len(state.held))
        with self.connection.client.budget.reserved():
            Home(self.connection).guard(_props)
            self.identity.confirm(_props, _props)
            evidence = self.connection.evidence
            if (self.declaration.table, _id) in evidence.claims:
                raise EngineError(
                    f"row {_id} of {self.declaration.table} was made or taken over in this very run. It is left alone; "
                    "run 'pulumi up' again"
                )
            with noted(evidence, "change", token_in(_props), down=DOWN in _props), kept_on(self, _id, _props):
                self.remove(_id, _props)

    @reported("create")
    @asking
    def _begin(self, adopted: Mapping[str, str], assumed: Collection[str], inputs: Inputs) -> None:
        """Tell what nothing else shows of an object that is new to the program, and refuse what must not be done.

        Args:
            adopted: The URNs of what its references name that is to be taken over.
            assumed: The arguments that a component has set by itself.
            inputs: What the program says.
        """
        for note in self.first_notes(inputs):
            provider_process.log(note)
        if not (inputs.get("adopt") or adopted):
            return
        foreseen = self.connection.evidence.foreseen
        places = {name: foreseen[urn] for name, urn in adopted.items() if urn in foreseen}
        if any(place is None and self.declaration.inputs[name].required for name, place in places.items()):
            return  # nothing is within what does not exist
        references = {
            name: self._reference(name, place)
            for name, place in places.items()
            if place and pulumi.contains_unknowns(inputs.get(name))
        }
        for note in self.look_ahead({**inputs, **references}, assumed):
            provider_process.log(note, warning=True)

    def _reference(self, name: str, place: Place) -> str:
        """Return what an argument says of a row."""
        argument = self.declaration.inputs[name]
        return "/".join(place) if isinstance(argument, Reference) and argument.as_path else place[1]

    def _is_gone(self, id: str, olds: Inputs) -> bool:
        """Look whether an object is still there of which that is not known."""
        with self.connection.call():
            Home(self.connection).guard(olds)
            return self.fetch(id, olds) is None

    def _typed(self, inputs: Inputs) -> Inputs:
        """Return inputs as `check` left them; on the way here every number became a float."""
        return validate(self.declaration, inputs)[0]


PROVIDERS: dict[type[BaseResource], type[DeclaredProvider[Any]]] = {}
"""What serves a resource of which something is special."""

LIVES: dict[type[Life], type[DeclaredProvider[Any]]] = {}
"""What serves the other resources, by the life that they declare."""


def provider_of(resource: type[BaseResource]) -> type[DeclaredProvider[Any]]:
    """Return what serves a resource: what is bound to it or to a class that it inherits from, else to its life.

    Raises:
        EngineError: Nothing is, because the module that knows the life is not imported where the resource is declared.
    """
    life = type(resource.declaration.life)
    special = next((PROVIDERS[base] for base in resource.__mro__ if base in PROVIDERS), LIVES.get(life))
    if special is None:
        raise EngineError(f"no provider serves the life {life.__name__} of {resource.__name__}. Import one beside it")
    return special
