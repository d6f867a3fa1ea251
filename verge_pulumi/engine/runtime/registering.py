"""What it costs a program to register a resource, where Pulumi's SDK does much of which nothing is used.

When a resource is declared, the SDK makes an output of each of its properties: five futures and a task, sixty times for
a VM, most of which nobody reads. Here the output of a property is made when the program reads it. The SDK also looks up
the types of a class for each of its instances, and reads source files for the lines of a stack trace which it then
leaves out.

All of this replaces private functions of the SDK, for resources that are `OutputsWhenRead` only unless it does exactly
the same. Where a later SDK lacks one of them, or calls it otherwise, its own way stays, which is slower and nothing
else (docs/adr/032-outputs-are-made-when-they-are-read.md).
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Collection, Generator, Iterator, Mapping
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

import pulumi
from pulumi import _types
from pulumi.runtime import resource as registration
from pulumi.runtime import rpc

from verge_pulumi.engine.runtime.stack_traces import stack_trace

T = TypeVar("T")


class OutputsWhenRead:
    """A resource whose outputs are made when they are read."""

    output_names: ClassVar[Collection[str]] = ()
    """The names of its outputs."""

    def __copy__(self) -> Self:
        """Return another object for the same resource, without making the outputs."""
        twin = type(self).__new__(type(self))
        twin.__dict__ = self.__dict__.copy()
        return twin


def lend_outputs(resource: OutputsWhenRead, to: object) -> None:
    """Give the outputs of a resource to another object, which makes those that are read of it."""
    there = resource.__dict__
    if isinstance(there, _Namespace):
        to.__dict__ = _Namespace(to.__dict__, there.answer)
    else:
        to.__dict__.update({name: there[name] for name in resource.output_names})


class Later(Generic[T]):
    """Something to wait for that begins when somebody does.

    A coroutine that nobody waits for, since what comes before it has failed, makes Python warn; this does not.
    """

    __slots__ = ("_begin",)

    def __init__(self, begin: Callable[[], Awaitable[T]]) -> None:
        self._begin = begin

    def __await__(self) -> Generator[Any, Any, T]:
        """Begin, and wait for it."""
        return self._begin().__await__()


class _Told(NamedTuple):
    """What the engine says of a property."""

    value: Any
    is_known: bool
    is_secret: bool
    others: Collection[pulumi.Resource]
    """The resources that it depends on, in addition to the one that has it."""


Resolver = Callable[[Any, bool, bool, "set[pulumi.Resource] | None", "Exception | None"], None]
"""How the SDK says of a property: value, is it known, is it secret, the resources that it depends on, the failure."""


class _Answer(Mapping[str, Resolver]):
    """What the engine answers for a resource, which the SDK says of each property by itself, all at once."""

    __slots__ = ("_are_known", "_failure", "_names", "_resource", "_said", "_told")

    def __init__(self, resource: pulumi.Resource, names: Collection[str]) -> None:
        self._resource = resource
        self._names = names
        self._said: asyncio.Future[None] = asyncio.Future()
        self._told: dict[str, _Told] = {}
        self._are_known = False
        self._failure: Exception | None = None

    def __getitem__(self, name: str) -> Resolver:
        if name not in self._names:
            raise KeyError(name)
        return functools.partial(self._say, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def output(self, name: str) -> pulumi.Output[Any]:
        """Make the output of a property.

        Raises:
            KeyError: The resource has no such property.
        """
        if name not in self._names:
            raise KeyError(name)

        async def resources() -> set[pulumi.Resource]:
            return {self._resource, *(await self._of(name)).others}

        async def value() -> Any:
            return (await self._of(name)).value

        async def is_known() -> bool:
            return (await self._of(name)).is_known

        async def is_secret() -> bool:
            return (await self._of(name)).is_secret

        return pulumi.Output(Later(resources), Later(value), Later(is_known), Later(is_secret))

    async def _of(self, name: str) -> _Told:
        await self._said
        if self._failure is not None:
            raise self._failure
        return self._told.get(name) or _Told(None, self._are_known, False, ())

    def _say(
        self,
        name: str,
        value: Any,
        is_known: bool,
        is_secret: bool,
        others: set[pulumi.Resource] | None,
        failure: Exception | None,
    ) -> None:
        self._failure = failure
        if value is None and not is_secret and not others:
            self._are_known = is_known  # the same of all without a value, of which a VM has fifty
        else:
            self._told[name] = _Told(value, is_known, is_secret, others or ())
        if not self._said.done():
            self._said.set_result(None)


class _Namespace(dict[str, Any]):
    """The `__dict__` of a resource: an output is made when it is asked for, and all when all are.

    The SDK asks for all when a program exports a whole resource.
    """

    __slots__ = ("answer",)

    def __init__(self, made: Any, answer: _Answer) -> None:
        super().__init__(made)
        self.answer = answer

    def __missing__(self, name: str) -> pulumi.Output[Any]:
        output = self[name] = self.answer.output(name)
        return output

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.answer

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def get(self, name: str, default: Any = None) -> Any:
        """Return what has a name."""
        return self[name] if name in self else default  # noqa: SIM401  this is that method

    def keys(self) -> Any:
        """Return the names of all."""
        return self._whole().keys()

    def values(self) -> Any:
        """Return all."""
        return self._whole().values()

    def items(self) -> Any:
        """Return all with their names."""
        return self._whole().items()

    def copy(self) -> _Namespace:
        """Return another one, which makes its own outputs."""
        return _Namespace(super().items(), self.answer)

    def _whole(self) -> Any:
        for name in self.answer:
            self[name]  # makes it
        return super()


def _when_read(transfer: Any) -> Any:
    @functools.wraps(transfer)
    def transfer_properties(resource: pulumi.Resource, *arguments: Any, **options: Any) -> Any:
        if not isinstance(resource, OutputsWhenRead):
            return transfer(resource, *arguments, **options)
        answer = _Answer(resource, type(resource).output_names)
        resource.__dict__ = _Namespace(resource.__dict__, answer)
        return answer

    return transfer_properties


def _once_for_a_class(types: Any) -> Any:
    known: Any = functools.cache(types)

    @functools.wraps(types)
    def resource_types(cls: type) -> Any:
        return known(cls) if issubclass(cls, OutputsWhenRead) else types(cls)

    return resource_types


def _takes(function: Any, *parameters: str) -> bool:
    return inspect.isfunction(function) and [*inspect.signature(function).parameters] == [*parameters]


def _tells_as_expected() -> bool:
    """Say whether the SDK gets its resolvers from the function that is replaced, and calls them as `_Answer` expects.

    It is made to call one, since that is not to be seen from outside.
    """
    told: list[Any] = []
    failure = RuntimeError()

    def resolver(*said: Any) -> None:
        told.append(said)

    try:
        reached = all(
            {"rpc", "transfer_properties"}.issubset(function.__code__.co_names)
            for function in (registration.register_resource, registration.read_resource)
        )
        rpc.resolve_properties({"one": resolver}, {"one": 1}, {}, True)
        rpc.resolve_outputs_due_to_exception({"one": resolver}, failure)
    except Exception:
        return False
    as_expected = told == [(1, True, False, None, None), (None, False, False, None, failure)]
    return reached and as_expected and _takes(getattr(rpc, "transfer_properties", None), "res", "props", "custom")


MAKES_OUTPUTS_WHEN_READ = _tells_as_expected()
"""Whether outputs are made when they are read; else the SDK makes one of each property that is registered."""

if MAKES_OUTPUTS_WHEN_READ:
    rpc.transfer_properties = _when_read(rpc.transfer_properties)
if _takes(getattr(_types, "resource_types", None), "resource_cls"):
    _types.resource_types = _once_for_a_class(_types.resource_types)
if _takes(getattr(registration, "_get_stack_trace", None)):
    registration._get_stack_trace = functools.partial(stack_trace, OutputsWhenRead)
