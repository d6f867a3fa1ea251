"""The network of an environment; what is on it is the business of other projects."""

import pulumi

from verge_pulumi import Network, Power
from verge_pulumi.environments import Environment, Pool


class Settings(Environment):
    """What differs between environments; each stack's file holds what is not as here, under ``settings``."""

    # An environment keeps its addresses as long as the list only grows at its end.
    pool = Pool("10.20.0.0/20", prefix=24, environments=("dev", "staging", "prod"))

    mtu: int = 1500


settings = Settings.load()

lan = Network("lan", name=settings.name("lan"), network=settings.network(), mtu=settings.mtu, dhcp_enabled=True)
Power("lan", of=lan, state="running")

# What other projects may rely on.
pulumi.export("lan", lan.id)
pulumi.export("segment", lan.network)
