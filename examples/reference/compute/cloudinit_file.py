"""The user data of a guest as plain text; `CloudInit` writes it for you."""

from verge_pulumi import CloudInitFile, VirtualMachine

proxy = VirtualMachine("proxy", name="proxy", cloudinit_datasource="nocloud")
CloudInitFile("proxy-user-data", vm=proxy, name="/user-data", contents="#cloud-config\npackages: [haproxy]\n")
