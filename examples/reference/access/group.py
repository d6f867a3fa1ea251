"""A group of people; `GroupMember` says who is in it, `Permission` what it may do."""

from verge_pulumi import Group

Group("operators", name="shop-operators", description="Day to day work on the shop", email="ops@example.com")
