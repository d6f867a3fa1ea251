"""A snapshot that is kept for thirty days, and a machine that is made from it."""

from verge_pulumi import Snapshot, VirtualMachine

wiki = VirtualMachine("wiki", name="wiki")
before = Snapshot("before-upgrade", vm=wiki, name="before-upgrade", keep="30d")
VirtualMachine("wiki-trial", name="wiki-trial", restored_from=before)
