"""Snapshot profiles, and snapshots of the whole system."""
