"""A TPM, which Windows 11 wants to have."""

from verge_pulumi import Device, VirtualMachine

desktop = VirtualMachine("desktop", name="desktop", os_family="windows", uefi=True, secure_boot=True)
Device("desktop-tpm", vm=desktop, name="tpm", type="tpm", version="2")
