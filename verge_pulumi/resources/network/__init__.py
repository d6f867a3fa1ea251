"""Networks, their addresses and proxies."""

from verge_pulumi.resources.network import _restarting as _restarting
from verge_pulumi.resources.network import _staged as _staged  # both serve lives that resources of networks declare
