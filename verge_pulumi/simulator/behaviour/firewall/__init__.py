"""Firewall of a network: rules and aliases."""
