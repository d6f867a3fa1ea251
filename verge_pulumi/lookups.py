"""Look-ups: facts of what a program does not manage, read while it runs, in previews too.

```python
external = get_network(name="External")
Nic("wan", vm=router, network=external.key)
```

Each is one request in a run, however often it is made, and raises `pulumi.RunError` where there is not exactly one such
row; `get_billing` returns a list. Its ``_output`` form takes outputs of other resources and returns an output. All take
the explicit `Provider` whose VergeOS is meant.

It is one file, since each look-up is three lines over the same classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar, get_type_hints

import pulumi
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from verge_pulumi.client import Key, Row, VergeError, as_key
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.finding import Kind, between, find, find_all
from verge_pulumi.engine.connecting.provider import for_program
from verge_pulumi.engine.declaring.attributes import Whole
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.engine.lifecycle.needs import seen
from verge_pulumi.engine.ownership.mark import without_mark
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine
from verge_pulumi.resources.tags.tag import Tag
from verge_pulumi.resources.tags.tag_category import TagCategory

T = TypeVar("T")

# Of what is unset VergeOS answers null, 0 or "", depending on the column (docs/vergeos/README.md §8).
_unset = BeforeValidator(lambda value: value or None)
Number = Annotated[int | None, _unset]
Text = Annotated[str | None, _unset]
Count = Annotated[int, BeforeValidator(lambda value: value or 0)]
Switch = Annotated[bool, BeforeValidator(bool)]
Description = Annotated[str, BeforeValidator(without_mark)]


# A text in an annotation is the fact's name in the API, where that is another one.
RowKey = Annotated[int, "$key"]
DrawnKey = Annotated[str, "$key"]
Running = Annotated[Switch, "machine#status#running"]
MachineStatus = Annotated[Text, "machine#status#status"]
DeviceStatus = Annotated[Text, "status#status"]


@dataclass(frozen=True, kw_only=True)
class GetVmResult:
    """A virtual machine; `ram` is in MB."""

    key: RowKey
    name: str
    description: Description
    machine: int
    uuid: Text
    cpu_cores: int
    ram: int
    cluster: Number
    running: Running
    status: MachineStatus
    node: Annotated[Text, "machine#status#node#name"]


@dataclass(frozen=True, kw_only=True)
class GetNetworkResult:
    """A network."""

    key: RowKey
    name: str
    description: Description
    type: str
    layer2_type: Text
    layer2_id: Number
    network: Text
    ipaddress: Text
    mtu: Number
    running: Running
    status: MachineStatus


@dataclass(frozen=True, kw_only=True)
class GetDriveResult:
    """A drive of a virtual machine; `disksize` is in bytes."""

    key: RowKey
    name: str
    description: Description
    machine: int
    media: str
    media_source: Number
    interface: str
    disksize: Number
    preferred_tier: Text
    status: DeviceStatus


@dataclass(frozen=True, kw_only=True)
class GetNicResult:
    """A network interface of a virtual machine."""

    key: RowKey
    name: str
    description: Description
    machine: int
    interface: str
    network: Annotated[Number, "vnet"]
    macaddress: Text
    ipaddress: Text
    status: DeviceStatus


@dataclass(frozen=True, kw_only=True)
class GetSnapshotResult:
    """A snapshot of a virtual machine; its times are in seconds since 1970, and None is never."""

    key: RowKey
    name: str
    description: Description
    machine: int
    created: Number
    expires: Number
    quiesced: Switch


@dataclass(frozen=True, kw_only=True)
class GetSnapshotProfileResult:
    """A snapshot profile."""

    key: RowKey
    name: str
    description: Description


@dataclass(frozen=True, kw_only=True)
class GetClusterResult:
    """A cluster; RAM is in MB."""

    key: RowKey
    name: str
    description: Description
    enabled: Switch
    compute: Switch
    default_cpu: Text
    online_nodes: Annotated[Number, "status#online_nodes"]
    online_ram: Annotated[Number, "status#online_ram"]
    used_ram: Annotated[Number, "status#used_ram"]


@dataclass(frozen=True, kw_only=True)
class GetNodeResult:
    """A node; RAM is in MB."""

    key: RowKey
    name: str
    description: Description
    cluster: Number
    machine: Number
    cores: Number
    ram: Number
    vm_ram: Number
    running: Running


@dataclass(frozen=True, kw_only=True)
class GetStorageTierResult:
    """A storage tier; sizes are in bytes. Its `key` may be another number than the tier."""

    key: RowKey
    tier: int
    description: Description
    capacity: int
    used: int
    allocated: int


@dataclass(frozen=True, kw_only=True)
class GetMediaFileResult:
    """A media file; `filesize` is in bytes, and None as long as there is no content."""

    key: RowKey
    name: str
    description: Description
    type: str
    filesize: Number
    preferred_tier: Text


@dataclass(frozen=True, kw_only=True)
class GetResourceGroupResult:
    """A pool of devices of the host."""

    key: DrawnKey
    name: str
    description: Description
    type: str
    device_class: Annotated[Text, "class"]
    enabled: Switch


@dataclass(frozen=True, kw_only=True)
class GetUserResult:
    """A user, whose name is in lower case; permissions name it by its `identity`."""

    key: RowKey
    name: str
    displayname: Text
    email: Text
    type: str
    enabled: Switch
    identity: Number


@dataclass(frozen=True, kw_only=True)
class GetGroupResult:
    """A group; permissions name it by its `identity`."""

    key: RowKey
    name: str
    description: Description
    email: Text
    enabled: Switch
    system_group: Switch
    identity: Number


@dataclass(frozen=True, kw_only=True)
class GetTagCategoryResult:
    """A category of tags; `taggable_…` says whether rows of a table may have them."""

    key: RowKey
    name: str
    description: Description
    single_tag_selection: Switch
    taggable_vms: Switch
    taggable_vnets: Switch
    taggable_volumes: Switch
    taggable_vnet_rules: Switch
    taggable_vmware_containers: Switch
    taggable_users: Switch
    taggable_tenant_nodes: Switch
    taggable_sites: Switch
    taggable_nodes: Switch
    taggable_groups: Switch
    taggable_clusters: Switch
    taggable_tenants: Switch


@dataclass(frozen=True, kw_only=True)
class GetTagResult:
    """A tag; `category` is the key of its category."""

    key: RowKey
    name: str
    description: Description
    category: int
    category_name: Annotated[Text, "category#name"]


@dataclass(frozen=True, kw_only=True)
class GetTaggedResult:
    """An object that has a tag; `path` is such as ``vms/42``, as `on` of a `TagAssignment` takes it."""

    path: Annotated[str, "member", BeforeValidator(lambda value: str(value).removeprefix("/v4/"))]
    name: Annotated[Text, "member#$display"]

    @property
    def table(self) -> str:
        """The table of its row."""
        return self.path.rpartition("/")[0]

    @property
    def key(self) -> Key:
        """The key of its row."""
        return as_key(self.path.rpartition("/")[2])


@dataclass(frozen=True, kw_only=True)
class GetCatalogResult:
    """A catalog of recipes."""

    key: DrawnKey
    name: str
    description: Description
    repository: int
    repository_name: Annotated[Text, "repository#name"]
    publishing_scope: Text
    enabled: Switch


@dataclass(frozen=True, kw_only=True)
class GetRecipeResult:
    """A recipe of virtual machines; one that is not `downloaded` has to be before it is used."""

    key: DrawnKey
    name: str
    description: Description
    version: Text
    catalog: str
    catalog_name: Annotated[Text, "catalog#name"]
    downloaded: Switch
    update_available: Switch


@dataclass(frozen=True, kw_only=True)
class GetBillingResult:
    """What the system had and used when a billing record was made.

    Times are in seconds since 1970. `used_ram`, `total_ram` and `online_ram` are in MB, what is physical and the tiers
    in bytes.
    """

    key: RowKey
    created: int
    begins: Annotated[Number, "from"]
    ends: Annotated[Number, "to"]
    sent: Number
    description: Description
    used_cores: Count
    total_cores: Count
    online_cores: Count
    total_nodes: Count
    online_nodes: Count
    running_machines: Count
    used_ram: Count
    total_ram: Count
    online_ram: Count
    phys_ram_used: Count
    phys_vram_used: Count
    phys_total_cpu: Count
    tier_0_used: Count
    tier_0_total: Count
    tier_1_used: Count
    tier_1_total: Count
    tier_2_used: Count
    tier_2_total: Count
    tier_3_used: Count
    tier_3_total: Count
    tier_4_used: Count
    tier_4_total: Count
    tier_5_used: Count
    tier_5_total: Count
    gpus_total: Count
    gpus: Count
    gpus_idle: Count
    vgpus_total: Count
    vgpus: Count
    vgpus_idle: Count
    workload_datapoints: Count
    storage_datapoints: Count


@dataclass(frozen=True, kw_only=True)
class GetSystemResult:
    """The system itself."""

    key: RowKey
    name: Annotated[str, "cloud_name"]
    id: Text
    version: Annotated[Text, "os_version"]


@dataclass(frozen=True, kw_only=True)
class GetUpdateBranchResult:
    """A branch of releases that updates are taken from."""

    key: RowKey
    name: str
    description: Description


class Lookup(Generic[T]):
    """The look-up of a row, and how its columns become the facts that a dataclass declares."""

    def __init__(self, result: Any, kind: Kind) -> None:
        self._kind = kind
        self._adapter: TypeAdapter[T] = TypeAdapter(result)
        hints = get_type_hints(result, include_extras=True)
        self._paths = {
            name: next((each for each in getattr(hint, "__metadata__", ()) if isinstance(each, str)), name)
            for name, hint in hints.items()
        }

    def find(
        self,
        provider: pulumi.ProviderResource | None,
        wanted: dict[str, Any],
        within: dict[str, Any] | None = None,
        place: str = "",
    ) -> T:
        """Return the only row that has the wanted values.

        Args:
            provider: Whose VergeOS; None for the default one.
            wanted: By column.
            within: The column that names the parent row, and its key.
            place: Where that is, as the end of a sentence.

        Raises:
            pulumi.RunError: There is not exactly one.
        """
        return self.facts(find(provider, self._kind, self.projection, wanted, within, place))

    @property
    def tables(self) -> list[str]:
        """The tables that it reads."""
        return seen(self._kind.table, self._paths.values())

    @property
    def projection(self) -> list[str]:
        """What is read of a row."""
        return [f"{path} as {name}" if "#" in path else path for name, path in self._paths.items()]

    def facts(self, row: Row) -> T:
        """Return what a row says.

        Raises:
            pulumi.RunError: It says something else than it can.
        """
        facts = {name: row.get(name if "#" in path else path) for name, path in self._paths.items()}
        try:
            return self._adapter.validate_python(facts)
        except ValidationError as error:
            wrong = ", ".join(str(detail["loc"][0]) for detail in error.errors(include_input=False))
            raise pulumi.RunError(
                shown(
                    f"Unable to read the {self._kind.noun} {row.get('$key')}: VergeOS answered something else for "
                    f"{wrong}. Check whether this version of verge-pulumi knows your VergeOS."
                )
            ) from None


class Named(Lookup[T]):
    """Looks up what has a name: ``get_network(name="External")`` or ``get_network(key=3)``."""

    def __call__(
        self, *, name: str | None = None, key: Key | None = None, provider: pulumi.ProviderResource | None = None
    ) -> T:
        """Return the one that has that name, or that key."""
        return self.find(provider, _one_of(self._kind, name=name, key=key))

    def output(
        self,
        *,
        name: pulumi.Input[str] | None = None,
        key: pulumi.Input[int] | pulumi.Input[str] | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[T]:
        """Return the one that has that name, or that key, when these are known."""
        return pulumi.Output.all(name=name, key=key).apply(lambda known: self(**known, provider=provider))


class InVm(Lookup[T]):
    """Looks up what belongs to a virtual machine: ``get_drive(vm=get_vm(name="web"), name="data")``."""

    @property
    def tables(self) -> list[str]:
        """The tables that it reads, those of the virtual machine too."""
        return [*super().tables, *get_vm.tables]

    def __call__(self, *, vm: GetVmResult | Key, name: str, provider: pulumi.ProviderResource | None = None) -> T:
        """Return the one of that name; the VM is what `get_vm` returned, or its key."""
        owner = vm if isinstance(vm, GetVmResult) else get_vm(key=vm, provider=provider)
        return self.find(provider, {"name": name}, {"machine": owner.machine}, f" in the VM '{owner.name}'")

    def output(
        self,
        *,
        vm: VirtualMachine | Whole[VirtualMachine] | pulumi.Input[GetVmResult] | pulumi.Input[int] | pulumi.Input[str],
        name: pulumi.Input[str],
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[T]:
        """Return the one of that name when it is known, and the VM is made."""
        of = vm.main if isinstance(vm, Whole) else vm
        owner = of.id if isinstance(of, BaseResource) else of
        return pulumi.Output.all(vm=owner, name=name).apply(lambda known: self(**known, provider=provider))


class InCategory(Lookup[T]):
    """Looks up a tag: ``get_tag(category=get_tag_category(name="environment"), name="prod")``, or by its `key`."""

    def __call__(
        self,
        *,
        name: str | None = None,
        category: GetTagCategoryResult | Key | None = None,
        key: Key | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> T:
        """Return the one of that name, in that category if it is given, or the one that has that key."""
        within = category.key if isinstance(category, GetTagCategoryResult) else category
        wanted = _one_of(self._kind, name=name, key=key)
        if within is None:
            return self.find(provider, wanted)
        return self.find(provider, wanted, {"category": as_key(within)}, f" in the category {within}")

    def output(
        self,
        *,
        name: pulumi.Input[str] | None = None,
        category: TagCategory
        | pulumi.Input[GetTagCategoryResult]
        | pulumi.Input[int]
        | pulumi.Input[str]
        | None = None,
        key: pulumi.Input[int] | pulumi.Input[str] | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[T]:
        """Return the one of that name when it is known, and the category is made."""
        within = category.id if isinstance(category, BaseResource) else category
        given = pulumi.Output.all(name=name, category=within, key=key)
        return given.apply(lambda known: self(**known, provider=provider))


class HavingTag(Lookup[T]):
    """Looks up what has a tag: ``get_tagged(tag=get_tag(name="prod"), table="vms")``."""

    def __call__(
        self,
        *,
        tag: GetTagResult | Key,
        table: str | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> list[T]:
        """Return all that have the tag, or of these the rows of one table; the tag is what `get_tag` returned."""
        key = tag.key if isinstance(tag, GetTagResult) else as_key(tag)
        rows = find_all(provider, self._kind, self.projection, {"tag": key})
        return [self.facts(row) for row in rows if table is None or _table_of(row) == table]

    def output(
        self,
        *,
        tag: Tag | pulumi.Input[GetTagResult] | pulumi.Input[int] | pulumi.Input[str],
        table: str | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[list[T]]:
        """Return them when the tag is known; what the same run tags may be among them or not."""
        of = tag.id if isinstance(tag, BaseResource) else tag
        return pulumi.Output.all(tag=of).apply(lambda known: self(**known, table=table, provider=provider))


def _table_of(row: Row) -> str:
    return str(row.get("member")).removeprefix("/v4/").rpartition("/")[0]


class Tier(Lookup[T]):
    """Looks up a storage tier: ``get_storage_tier(tier=3)``."""

    def __call__(self, *, tier: int | str, provider: pulumi.ProviderResource | None = None) -> T:
        """Return the tier of that number."""
        return self.find(provider, {"tier": int(tier)})

    def output(
        self,
        *,
        tier: pulumi.Input[int] | pulumi.Input[str],
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[T]:
        """Return the tier of that number when it is known."""
        return pulumi.Output.all(tier=tier).apply(lambda known: self(**known, provider=provider))


class TheOnly(Lookup[T]):
    """Looks up the only row of its table: ``get_system()``."""

    def __call__(self, *, provider: pulumi.ProviderResource | None = None) -> T:
        """Return it."""
        return self.find(provider, {})

    def output(self, *, provider: pulumi.ProviderResource | None = None) -> pulumi.Output[T]:
        """Return it as an output."""
        return pulumi.Output.from_input(self(provider=provider))


class InPeriod(Lookup[T]):
    """Looks up what VergeOS recorded in a period: ``get_billing(since="2026-11-01", until="2026-12-01")``."""

    def __call__(
        self,
        *,
        since: str | int | None = None,
        until: str | int | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> list[T]:
        """Return what was recorded from `since` on and before `until`, the oldest first; without them all there is.

        A time is a date in UTC such as ``2026-11-01``, a time with its zone, or seconds since 1970.
        """
        begin, end = (None if value is None else seconds(value) for value in (since, until))
        try:
            return self.read(for_program(provider), begin, end)
        except (EngineError, VergeError) as error:
            raise pulumi.RunError(shown(f"Unable to list the {self._kind.noun}s: {error}")) from None

    def output(
        self,
        *,
        since: pulumi.Input[str] | pulumi.Input[int] | None = None,
        until: pulumi.Input[str] | pulumi.Input[int] | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[list[T]]:
        """Return what was recorded in a period when that is known."""
        return pulumi.Output.all(since=since, until=until).apply(lambda known: self(**known, provider=provider))

    def read(self, connection: Connection, since: int | None, until: int | None) -> list[T]:
        """Return what was recorded in a period, in seconds since 1970, from the VergeOS of a connection."""
        rows = between(connection, self._kind, self.projection, since, until)
        return [self.facts(row) for row in rows]


def seconds(moment: str | int) -> int:
    """Return the seconds since 1970 that a time is.

    Args:
        moment: A date, which begins in UTC; a time with its zone; or the seconds.

    Raises:
        ValueError: It is none of these.
    """
    text = str(moment).strip()
    try:
        if text.isdecimal():
            return int(text)
        found = datetime.fromisoformat(text)
        if found.tzinfo is None and len(text) > len("2026-11-01"):
            raise ValueError
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise ValueError(
            "a time is a date such as '2026-11-01', a time with its zone such as '2026-11-01T12:00:00Z', "
            "or seconds since 1970"
        ) from None


def _one_of(kind: Kind, *, name: str | None, key: Key | None) -> dict[str, Any]:
    if (name is None) == (key is None):
        raise TypeError(f"To find a {kind.noun}, give either name= or key=.")
    return {"$key": as_key(key)} if key is not None else {kind.label: name}


# Records are told apart by when they were made, as the vendor's client does it.
get_billing: InPeriod[GetBillingResult] = InPeriod(GetBillingResult, Kind("billing record", "billing", label="created"))
get_catalog: Named[GetCatalogResult] = Named(GetCatalogResult, Kind("catalog", "catalogs"))
get_cluster: Named[GetClusterResult] = Named(GetClusterResult, Kind("cluster", "clusters"))
get_drive: InVm[GetDriveResult] = InVm(GetDriveResult, Kind("drive", "machine_drives"))
get_group: Named[GetGroupResult] = Named(GetGroupResult, Kind("group", "groups"))
get_media_file: Named[GetMediaFileResult] = Named(GetMediaFileResult, Kind("media file", "files"))
get_network: Named[GetNetworkResult] = Named(GetNetworkResult, Kind("network", "vnets"))
get_nic: InVm[GetNicResult] = InVm(GetNicResult, Kind("NIC", "machine_nics"))
get_node: Named[GetNodeResult] = Named(GetNodeResult, Kind("node", "nodes"))
get_recipe: Named[GetRecipeResult] = Named(GetRecipeResult, Kind("recipe", "vm_recipes"))
get_resource_group: Named[GetResourceGroupResult] = Named(
    GetResourceGroupResult, Kind("resource group", "resource_groups")
)
get_snapshot: InVm[GetSnapshotResult] = InVm(GetSnapshotResult, Kind("snapshot", "machine_snapshots"))
get_snapshot_profile: Named[GetSnapshotProfileResult] = Named(
    GetSnapshotProfileResult, Kind("snapshot profile", "snapshot_profiles")
)
get_storage_tier: Tier[GetStorageTierResult] = Tier(
    GetStorageTierResult, Kind("storage tier", "storage_tiers", label="tier")
)
get_system: TheOnly[GetSystemResult] = TheOnly(GetSystemResult, Kind("system", "system"))
get_tag: InCategory[GetTagResult] = InCategory(GetTagResult, Kind("tag", "tags"))
get_tag_category: Named[GetTagCategoryResult] = Named(GetTagCategoryResult, Kind("tag category", "tag_categories"))
get_tagged: HavingTag[GetTaggedResult] = HavingTag(
    GetTaggedResult, Kind("assignment of the tag", "tag_members", label="tag")
)
get_user: Named[GetUserResult] = Named(GetUserResult, Kind("user", "users"))
get_update_branch: Named[GetUpdateBranchResult] = Named(GetUpdateBranchResult, Kind("update branch", "update_branches"))
# Snapshots of VMs are rows of the same table (docs/vergeos/quirks.md §R9).
get_vm: Named[GetVmResult] = Named(GetVmResult, Kind("virtual machine", "vms", only=(("is_snapshot", False),)))

get_billing_output = get_billing.output
get_catalog_output = get_catalog.output
get_cluster_output = get_cluster.output
get_drive_output = get_drive.output
get_group_output = get_group.output
get_media_file_output = get_media_file.output
get_network_output = get_network.output
get_nic_output = get_nic.output
get_node_output = get_node.output
get_recipe_output = get_recipe.output
get_resource_group_output = get_resource_group.output
get_snapshot_output = get_snapshot.output
get_snapshot_profile_output = get_snapshot_profile.output
get_storage_tier_output = get_storage_tier.output
get_system_output = get_system.output
get_tag_category_output = get_tag_category.output
get_tag_output = get_tag.output
get_tagged_output = get_tagged.output
get_user_output = get_user.output
get_update_branch_output = get_update_branch.output
get_vm_output = get_vm.output
