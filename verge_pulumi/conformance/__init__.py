"""Is this VergeOS the one that the catalogue describes, and whom do the differences hurt? It is only read."""
