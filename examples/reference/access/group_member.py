"""A user in a group, and a group within a group."""

from verge_pulumi import Group, GroupMember, User

staff = Group("staff", name="staff")
admins = Group("admins", name="admins")
grace = User("grace", name="grace")
GroupMember("grace-admin", group=admins, member=grace)
GroupMember("admins-staff", group=staff, member=admins)
