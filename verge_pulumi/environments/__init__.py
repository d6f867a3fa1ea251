"""Environments: typed settings of each stack, addresses and names that do not clash, and sandboxes that expire."""

from verge_pulumi.environments.expiry import expiry_in
from verge_pulumi.environments.pool import Pool
from verge_pulumi.environments.settings import Environment, Sandbox, SettingsError

__all__ = ["Environment", "Pool", "Sandbox", "SettingsError", "expiry_in"]
