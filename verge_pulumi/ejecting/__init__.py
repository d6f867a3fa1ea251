"""Give objects back: their marks are removed, and then their entries in the state. Nothing is deleted in VergeOS."""
