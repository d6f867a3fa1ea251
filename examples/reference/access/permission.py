"""A group that may see all virtual machines and power them on and off, and see one network."""

from verge_pulumi import Group, Network, Permission

helpdesk = Group("helpdesk", name="helpdesk")
intranet = Network("intranet", name="intranet", network="10.80.0.0/24")
Permission("helpdesk-vms", who=helpdesk, table="vms", read=True, modify=True)
Permission("helpdesk-intranet", who=helpdesk, table="vnets", row=intranet.id, read=True)
