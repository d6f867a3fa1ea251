"""Users, who log in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from verge_pulumi.client import Row, as_key, printable, where
from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, arg, computed, policy, ref
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import Cost, Life
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.declaring.values import Secret, Text
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources.access import _lockout as lockout
from verge_pulumi.resources.access._values import Lines, LowerCase
from verge_pulumi.resources.tags._taggable import Taggable

if TYPE_CHECKING:
    from verge_pulumi.resources.access.auth_source import AuthSource
    from verge_pulumi.resources.appearance.theme import Theme


class User(
    Taggable,
    table="users",
    unique=("name",),
    fixed=("created", "id"),
    # Which VMs does it own?
    life=Life(delete=Cost(writes=2, reads=1)),
):
    """A user.

    VergeOS gives a new one permissions by itself: a `Permission` that says something else of the same rows takes them
    over. Deleting a user deletes its API keys, and **every virtual machine of which it is the** `owner_user`: that is
    refused unless `allow_vm_deletion` says otherwise.

    A run never deletes or disables the administrator that every VergeOS has, nor the user that it logs in as.
    """

    review = Review(guards=True)
    importing = Importing(
        given={"$key": (1,), "type": ("site_sync", "site_user")},
        filled={"remote_name": "name"},
        secrets={"password": "name"},
    )  # docs/vergeos/access.md §1

    name: Attr[LowerCase] = arg(min_length=1, max_length=128, pattern="^[^/]+$", wanted="Give a name without '/'")
    """Login name, unique on the system, without ``/``. VergeOS keeps it in lower case."""

    password: Attr[Secret[str] | None] = arg(default=None, min_length=1, max_length=256, write_only=True)
    """Password. VergeOS never returns it, so a change behind Pulumi's back is not seen; `rotation` writes it again."""

    rotation: Attr[str | None] = policy(default=None)
    """Any text; another one writes `password` again, though it is the same, and `change_password` with it."""

    displayname: Attr[Text | None] = arg(default=None)
    """Name that people see."""

    email: Attr[LowerCase | None] = arg(default=None)
    """E-mail address, which VergeOS keeps in lower case. The codes of a second factor go there."""

    type: Attr[str | None] = arg(default=None, replaces=True, role="account")
    """Kind of user: ``normal`` (the default), ``api`` or ``vdi``."""

    enabled: Attr[bool | None] = arg(default=None, role="works")
    """Whether it may log in."""

    change_password: Attr[bool | None] = arg(default=None)
    """Whether it must choose another password at its next login. VergeOS clears that when it has, which is no change
    here."""

    physical_access: Attr[bool | None] = arg(default=None, role="console")
    """Whether it may log in at the machines themselves. **Up to 26.1 this makes an administrator**; since 26.2 it puts
    the user into the group "Super Users"."""

    two_factor_authentication: Attr[bool | None] = arg(default=None)
    """Whether logins need a second factor; a setting of the system decides if unset."""

    two_factor_type: Attr[Literal["email", "authenticator"] | None] = arg(default=None)
    """Where the codes of the second factor come from."""

    two_factor_setup_next_login: Attr[Secret[bool] | None] = arg(default=None, write_only=True)
    """Whether it must set up an authenticator at its next login. VergeOS never returns it."""

    ssh_keys: Attr[Lines | None] = arg(default=None)
    """Public SSH keys."""

    theme: OptionalRef["Theme"] = ref(  # noqa: UP037 imported when it is used, as below
        default=None, declared_in="verge_pulumi.resources.appearance.theme"
    )
    """The theme of its user interface."""

    auth_source: OptionalRef["AuthSource"] = ref(  # noqa: UP037
        default=None, replaces=True, declared_in="verge_pulumi.resources.access.auth_source"
    )
    """Where else it logs in: the source of accounts that it belongs to."""

    remote_name: Attr[Text | None] = arg(default=None)
    """Its name there."""

    allow_vm_deletion: Attr[bool | None] = policy(default=None, role="along", loss="the virtual machines that it owns")
    """Whether it may be deleted or replaced though it owns virtual machines, which VergeOS deletes along with it. It
    counts once it is in the state, so run ``pulumi up`` with it before the change that deletes."""

    identity: Attr[int | None] = computed()
    """The key by which permissions name it."""


class UserProvider(RowProvider[User]):
    """What is special about a user's life."""

    touched = (touch("vms", at=("delete",)),)

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """A rotation has something to write; the login of this run stays able to log in."""
        if inputs.get("rotation") is not None and inputs.get("password") is None:
            yield "rotation: there is no password to write again"
        name = inputs.get("name")
        why = lockout.why_vital(self.connection, this_stack(inputs), None, name)
        if problem := lockout.shut_out(self.connection, why, None, inputs, ("enabled",)):
            yield problem

    def refusals(self, state: Inputs, inputs: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """Nobody is locked out."""
        key = state.get("$key") if replacing or _disables(inputs, changed) else None
        why = self._why_vital(key, state.get("name"), state)
        if why and replacing:
            yield f"this would delete it, and {why}. {lockout.WAY_OUT}, or leave {', '.join(changed)} as it was"
        elif problem := lockout.shut_out(self.connection, why, state.get("name"), inputs, changed):
            yield problem

    def notes(self, state: Inputs, inputs: Inputs, changed: Collection[str]) -> Iterable[str]:
        """Tell what a rotation does, which the diff shows as another text."""
        yield from super().notes(state, inputs, changed)
        if "rotation" in changed and "password" not in changed:
            yield "rotation: the password is written again"

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Write what differs; a rotation writes what else VergeOS forgets."""
        if inputs.get("rotation") is not None and inputs["rotation"] != state.get("rotation"):
            state = {**state, "password": None, "change_password": None}
        return super().change(id, state, inputs)

    def outs(self, row: Row, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs; that a user has chosen another password is no change of what the program asked for."""
        if kept.get("change_password") is True and row.get("change_password") is False:
            row = {**row, "change_password": True}
        return super().outs(row, kept)

    def before_update(self, id: str, row: Row, inputs: Inputs, changed: Collection[str]) -> None:
        """See that nobody is locked out, by the row as it is."""
        why = self._why_vital(id if _disables(inputs, changed) else None, row.get("name"), inputs)
        if problem := lockout.shut_out(self.connection, why, row.get("name"), inputs, changed):
            raise EngineError(problem)

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """See that nobody is locked out, and that no virtual machine goes with it against the program's will.

        See docs/vergeos/access.md §1.
        """
        if why := self._why_vital(id, row.get("name"), state):
            raise EngineError(f"{why}. {lockout.WAY_OUT}; {lockout.FORGET}")
        if state.get("allow_vm_deletion"):
            return
        rows = self.connection.reader.find("vms", where("owner_user", "eq", as_key(id)), ("name", "owner_user"))
        owned = sorted({f"'{printable(str(vm.get('name')))}'" for vm in rows if str(vm.get("owner_user")) == id})
        if owned:
            raise EngineError(
                f"VergeOS would delete the virtual machines that it owns: {', '.join(owned)}. Give them another "
                "owner_user, or set allow_vm_deletion=True and run 'pulumi up' before this change"
            )

    def _why_vital(self, key: Any, name: Any, properties: Inputs) -> str:
        return lockout.why_vital(self.connection, this_stack(properties), key, name)


def _disables(inputs: Inputs, changed: Collection[str]) -> bool:
    """Say whether a change keeps it from logging in, whoever it is."""
    return "enabled" in changed and inputs.get("enabled") is False
