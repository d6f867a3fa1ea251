"""Settings with types and defaults, which a stack's file overrides, and addresses that no two environments share."""

from datetime import timedelta

from verge_pulumi import Network, VirtualMachine
from verge_pulumi.environments import Environment, Pool, Sandbox


class Settings(Environment):
    """What differs between the stacks of this project."""

    pool = Pool("10.128.0.0/12", prefix=24, environments=("dev", "staging", "prod"))
    sandbox = Sandbox(stacks="pr-*", ttl=timedelta(days=3), settings={"workers": 1})

    workers: int = 2
    ram: int = 2048


settings = Settings.load()
Network("workers", name=settings.name("workers"), network=settings.network())
for number in range(1, settings.workers + 1):
    VirtualMachine(f"worker-{number}", name=settings.name(f"worker-{number}"), ram=settings.ram)
