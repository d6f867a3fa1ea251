"""A network that runs, and a machine that stays off until somebody starts it."""

from verge_pulumi import Network, Power, VirtualMachine

lan = Network("lan", name="lan", network="10.90.0.0/24", dhcp_enabled=True)
Power("lan", of=lan, state="running")
spare = VirtualMachine("spare", name="spare")
Power("spare", of=spare, state="unmanaged")
