"""Is everything in place for a run? Looked at from this machine to VergeOS, and nothing is changed."""
