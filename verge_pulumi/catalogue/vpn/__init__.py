"""VPNs of a network: IPsec and WireGuard."""
