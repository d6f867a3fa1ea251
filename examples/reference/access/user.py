"""A person who may log in."""

import pulumi

from verge_pulumi import User

config = pulumi.Config()
User(
    "ada",
    name="ada",
    displayname="Ada Lovelace",
    email="ada@example.com",
    password=config.require_secret("ada-password"),
    change_password=True,
)
