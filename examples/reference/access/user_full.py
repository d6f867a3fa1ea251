"""A user for programs: without a password of its own, and with its rights from a group."""

from verge_pulumi import Group, GroupMember, User

robots = Group("robots", name="robots")
backup = User("backup", name="backup", type="api", enabled=True, physical_access=False)
GroupMember("backup-robot", group=robots, member=backup)
