"""Look-ups of virtual machines and their parts, and of devices of the host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pulumi

from verge_pulumi.client import Key
from verge_pulumi.engine.connecting.answers import Kind
from verge_pulumi.engine.declaring.attributes import Whole
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.lookups._facts import (
    DescribedDrawn,
    DeviceStatus,
    MachineStatus,
    Number,
    OfMachine,
    Running,
    Switch,
    Text,
)
from verge_pulumi.lookups._lookup import Lookup, Named, T
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine


@dataclass(frozen=True, kw_only=True)
class GetVmResult(OfMachine):
    """A virtual machine; `ram` is in MB."""

    uuid: Text
    cpu_cores: int
    ram: int
    cluster: Annotated[Number, "machine#cluster"]
    running: Running
    status: MachineStatus
    node: Annotated[Text, "machine#status#node#name"]


@dataclass(frozen=True, kw_only=True)
class GetDriveResult(OfMachine):
    """A drive of a virtual machine; `disksize` is in bytes."""

    media: str
    media_source: Number
    interface: str
    disksize: Number
    preferred_tier: Text
    status: DeviceStatus


@dataclass(frozen=True, kw_only=True)
class GetNicResult(OfMachine):
    """A network interface of a virtual machine."""

    interface: str
    network: Annotated[Number, "vnet"]
    macaddress: Text
    ipaddress: Text
    status: DeviceStatus


@dataclass(frozen=True, kw_only=True)
class GetSnapshotResult(OfMachine):
    """A snapshot of a virtual machine; its times are in seconds since 1970, and None is never."""

    created: Number
    expires: Number
    quiesced: Switch


@dataclass(frozen=True, kw_only=True)
class GetResourceGroupResult(DescribedDrawn):
    """A pool of devices of the host."""

    type: str
    device_class: Annotated[Text, "class"]
    enabled: Switch


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


get_drive: InVm[GetDriveResult] = InVm(GetDriveResult, Kind("drive", "machine_drives"))
get_nic: InVm[GetNicResult] = InVm(GetNicResult, Kind("NIC", "machine_nics"))
get_resource_group: Named[GetResourceGroupResult] = Named(
    GetResourceGroupResult, Kind("resource group", "resource_groups")
)
get_snapshot: InVm[GetSnapshotResult] = InVm(GetSnapshotResult, Kind("snapshot", "machine_snapshots"))
# Snapshots of VMs are rows of the same table (docs/vergeos/quirks.md §R9).
get_vm: Named[GetVmResult] = Named(GetVmResult, Kind("virtual machine", "vms", only=(("is_snapshot", False),)))

get_drive_output = get_drive.output
get_nic_output = get_nic.output
get_resource_group_output = get_resource_group.output
get_snapshot_output = get_snapshot.output
get_vm_output = get_vm.output
