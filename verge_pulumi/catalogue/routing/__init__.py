"""Routing protocols of a network."""
