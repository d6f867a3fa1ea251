"""The system, its hardware and its settings: rows that are there before any program."""
