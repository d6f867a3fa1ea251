"""Routing protocols and proxies of a network."""
