"""Settings of an environment as one typed class: what differs between dev and prod, and between pull requests."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self

import pulumi
import yaml
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError, field_validator

from verge_pulumi.client import printable
from verge_pulumi.engine.declaring.problems import problems as mistakes
from verge_pulumi.engine.errors import Refusal, Unfit, did_you_mean, sentence, shown
from verge_pulumi.environments.expiry import end_of_day, tell_expiry
from verge_pulumi.environments.pool import Pool
from verge_pulumi.policies import Limits, enforce


class SettingsError(Refusal):
    """The settings of a stack cannot be used; the text names everything that is wrong with them."""


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """What stacks of pull requests have in common.

    Attributes:
        stacks: The names of such stacks, as a pattern.
        ttl: How long one lives after its last ``pulumi up``; what `verge-pulumi reap` then deletes. It ends with the
            day, in UTC.
        settings: What differs from the defaults of the class, such as smaller sizes. A stack's own file wins over it.
    """

    stacks: str = "pr-*"
    ttl: timedelta = timedelta(days=3)
    settings: Mapping[str, Any] = field(default_factory=dict)


class Environment(BaseModel):
    """The base of settings; subclass it, with a field for each setting and its default.

    ```python
    class Settings(Environment):
        pool = Pool("10.0.0.0/12", prefix=24, environments=("dev", "prod"))
        sandbox = Sandbox(settings={"web_servers": 1})

        web_servers: int = 2

    settings = Settings.load()
    Network("lan", name=settings.name("lan"), network=settings.network())
    ```

    A stack's file holds what differs there, under ``<project>:settings``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    namespace: ClassVar[str] = "settings"
    """The key of the project's configuration that holds them."""

    pool: ClassVar[Pool | None] = None
    """Where the environments' addresses come from."""

    sandbox: ClassVar[Sandbox | None] = None
    """What stacks of pull requests are given."""

    prefix: str | None = None
    """What names begin with; the name of the stack if unset, and nothing if empty."""

    limits: Limits = Limits()
    """What the stack may hold; a program that loads its settings is held to it. A sandbox is held to its prefix too."""

    _stack: str = PrivateAttr("")
    _expires: datetime | None = PrivateAttr(None)

    @field_validator("limits")
    @classmethod
    def _usable(cls, limits: Limits) -> Limits:
        limits.sizes()
        return limits

    @classmethod
    def load(
        cls, source: Mapping[str, Any] | Path | None = None, *, stack: str = "", now: datetime | None = None
    ) -> Self:
        """Return the settings of a stack.

        Where a program loads them, what it makes afterwards is held to the limits, and says in a sandbox when it
        expires.

        Args:
            source: Without one, the configuration of the running program's stack. A test gives the settings themselves,
                or a file ``Pulumi.<stack>.yaml``, whose secrets only Pulumi can read.
            stack: The stack, where neither the program nor the file's name tells.
            now: The time from which a sandbox lives.

        Raises:
            SettingsError: Something is wrong with them; the text names all of it.
        """
        if source is None:
            stack, given = stack or pulumi.get_stack(), _configured(cls.namespace)
        elif isinstance(source, Path):
            stack, given = stack or source.stem.removeprefix("Pulumi."), _in_file(source, cls.namespace)
        else:
            given = source
        if not stack:
            raise Refusal("Unable to load settings: stack is missing. Give it where the settings are a mapping.")
        settings = cls._validated(stack, given)
        if settings.is_sandbox and cls.sandbox:
            settings._expires = end_of_day(now or datetime.now(UTC), cls.sandbox.ttl)
        if source is None:
            settings._put_in_force()
        return settings

    @property
    def stack(self) -> str:
        """The stack that they are of."""
        return self._stack

    @property
    def is_sandbox(self) -> bool:
        """Whether the stack is one of a pull request."""
        return self.sandbox is not None and fnmatch.fnmatchcase(self._stack, self.sandbox.stacks)

    @property
    def expires(self) -> datetime | None:
        """When what a sandbox makes may be deleted, in UTC; None for other stacks."""
        return self._expires

    def name(self, what: str) -> str:
        """Return the name of something in this environment: ``dev-web``."""
        prefix = self._stack if self.prefix is None else self.prefix
        return f"{prefix}-{what}" if prefix else what

    def network(self, number: int = 0) -> str:
        """Return a network of this environment, such as ``10.0.3.0/24``.

        Args:
            number: Which of those that the pool gives it, from 0.

        Raises:
            Refusal: The class has no pool, or the pool no such network.
        """
        if self.pool is None:
            raise Refusal(
                f"Unable to choose a network: {type(self).__name__} has no pool. Give it one: pool = Pool(...)."
            )
        try:
            return str(self.pool.network(self._stack, number))
        except Unfit as error:
            raise Refusal(shown(sentence(f"Unable to choose a network: {error}"))) from None

    def _put_in_force(self) -> None:
        limits = self.limits
        if self._expires is not None:
            tell_expiry(self._expires)
            limits = replace(limits, prefix=limits.prefix or self.name(""))
        pulumi.runtime.register_stack_transformation(enforce(limits))

    @classmethod
    def _validated(cls, stack: str, given: Any) -> Self:
        if not isinstance(given, Mapping):
            raise _unusable(stack, cls.namespace, ["they are no mapping from settings to their values. Write one."])
        unset = cls.model_construct()
        unset._stack = stack
        common = cls.sandbox.settings if cls.sandbox and unset.is_sandbox else {}
        merged = {**common, **given}
        problems = [*cls._unknown(merged), *cls._homeless(unset)]
        try:
            settings = cls.model_validate({name: merged[name] for name in merged if name in cls.model_fields})
        except ValidationError as error:
            raise _unusable(stack, cls.namespace, [*problems, *mistakes(error, merged)]) from None
        if problems:
            raise _unusable(stack, cls.namespace, problems)
        settings._stack = stack
        return settings

    @classmethod
    def _unknown(cls, given: Mapping[str, Any]) -> Iterator[str]:
        for name in given:
            if name not in cls.model_fields:
                hint = did_you_mean(name, cls.model_fields)
                yield f"{printable(str(name), 60)} is no setting. {hint or 'Leave it out.'}"

    @classmethod
    def _homeless(cls, unset: Self) -> Iterator[str]:
        """Say that the pool has no addresses for a stack."""
        if cls.pool is None or unset.stack in cls.pool.environments:
            return
        if not unset.is_sandbox:
            # By the number at its end it would share the addresses of a sandbox.
            listed = ", ".join(cls.pool.environments) or "none"
            yield f"pool: '{printable(unset.stack)}' is none of its environments ({listed}), and no sandbox. List it."
            return
        try:
            cls.pool.network(unset.stack)
        except ValueError as error:
            yield f"pool: {error}."


def _configured(namespace: str) -> Any:
    # `pulumi.Config.get_object` would warn of each secret in it; which of them are secrets the fields' types say.
    key = f"{pulumi.get_project()}:{namespace}"
    text = pulumi.runtime.get_config(key)
    if text is None:
        return {}
    try:
        return json.loads(text)
    except ValueError:
        return None


def _in_file(path: Path, namespace: str) -> Any:
    """Return what a stack's file says under that key of whatever project."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError:
        return None
    config = (content.get("config") if isinstance(content, Mapping) else None) or {}
    return next((value for key, value in config.items() if key.partition(":")[2] == namespace), {})


def _unusable(stack: str, namespace: str, problems: list[str]) -> SettingsError:
    listed = "".join(f"\n  {problem}" for problem in problems)
    return SettingsError(f"Unable to use the settings of stack '{printable(stack)}' (key '{namespace}'):{listed}")
