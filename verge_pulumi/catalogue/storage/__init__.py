"""Media files: ISO and disk images."""
