"""The way to a VergeOS: its settings, the connection of a process, and look-ups by name."""
