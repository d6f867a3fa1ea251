"""A disk of 100 GB on the third tier."""

from verge_pulumi import Drive, VirtualMachine

files = VirtualMachine("files", name="files")
Drive("files-data", vm=files, name="data", disksize="100GB", preferred_tier="3")
