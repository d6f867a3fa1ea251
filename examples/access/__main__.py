"""Who may do what on a VergeOS: a team with three roles, single sign-on, and accounts for pipelines and monitoring."""

import pulumi

from verge_pulumi import (
    AuthSource,
    Firewall,
    Group,
    GroupMember,
    Network,
    Permission,
    Server,
    Setting,
    SnapshotPeriod,
    SnapshotProfile,
    SystemIdentity,
    Tag,
    TagAssignment,
    TagCategory,
    User,
    deploy_account,
    get_cluster,
    get_node,
    get_storage_tier,
    preview_account,
)

config = pulumi.Config()
runners = config.require_object("runners")

# People log in at their identity provider.
sso = AuthSource(
    "sso",
    name="Sign in with Entra ID",
    driver="azure",
    client_id=config.require("client-id"),
    client_secret=config.require_secret("client-secret"),
    tenant_id=config.require("tenant-id"),
    button_fa_icon="bi-microsoft",
)

# A role is a group that sees some tables, and writes to them as these words say.
ROLES: dict[str, dict[str, str]] = {
    "viewers": {"vms": "", "vnets": "", "system": ""},
    "operators": {"vms": "modify", "vnets": "modify", "files": "create modify delete", "system": ""},
    "owners": {"/": "create modify delete"},
}
roles = {}
for role, tables in ROLES.items():
    roles[role] = Group(role, name=role)
    for table, writes in tables.items():
        Permission(
            f"{role}-{'everything' if table == '/' else table}",
            who=roles[role],
            table=table,
            read=True,
            create="create" in writes,
            modify="modify" in writes,
            delete="delete" in writes,
        )

# The team. VergeOS lets a new user read everything; these may do what their roles say, and nothing else.
for name, role in config.require_object("team").items():
    mail = f"{name}@{config.require('mail-domain')}"
    person = User(name, name=name, email=mail, auth_source=sso, remote_name=mail)
    Permission(f"{name}-everything", who=person, table="/", list=False)
    GroupMember(f"{name}-{role}", group=roles[role], member=person)

# Accounts for programs. They may do what these take, and their keys are outputs of this stack.
estate = [Network, Firewall, Server, TagAssignment]
accounts = {
    "ci": preview_account("ci", uses=estate, ip_allow_list=runners),
    "deploy": deploy_account("deploy", uses=estate, ip_allow_list=runners),
    "monitoring": preview_account("monitoring", uses=[get_cluster, get_node, get_storage_tier]),
}
for name, account in accounts.items():
    pulumi.export(f"{name}-key", account.key.private_key)

# What programs put on machines and networks.
environment = TagCategory(
    "environment", name="environment", single_tag_selection=True, taggable_vms=True, taggable_vnets=True
)
for name in ("dev", "staging", "prod"):
    Tag(name, name=name, category=environment)
nightly = SnapshotProfile(
    "nightly",
    name="nightly",
    periods={
        "daily": SnapshotPeriod(frequency="daily", hour=2, retention="7d"),
        "weekly": SnapshotPeriod(frequency="weekly", hour=3, retention="28d"),
    },
)
pulumi.export("snapshot-profile", nightly.name)

# What the system is and where it has its time from; a destroy puts back what was there.
Setting("time", name="ntp_servers", value=config.require("ntp-servers"))
SystemIdentity("place", city=config.require("city"))
