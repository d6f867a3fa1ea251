"""A group that may see all virtual machines and power them on and off, and see one network."""

from verge_pulumi import Group, Network, Permission

helpdesk = Group("helpdesk", name="helpdesk")
lan = Network("lan", name="lan", network="10.80.0.0/24")
Permission("helpdesk-vms", who=helpdesk, table="vms", read=True, modify=True)
Permission("helpdesk-lan", who=helpdesk, table="vnets", row=lan.id, read=True)
