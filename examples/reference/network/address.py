"""An address that the DHCP server always gives to one MAC address, and a further address of the router."""

from verge_pulumi import Address, Network

printers = Network("printers", name="printers", network="10.22.0.0/24", dhcp_enabled=True)
Address("printer-1", network=printers, type="static", ip="10.22.0.10", mac="f0:db:30:00:00:10", hostname="printer-1")
Address("gateway", network=printers, type="ipalias", ip="10.22.0.2")
