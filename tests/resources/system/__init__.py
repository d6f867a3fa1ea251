"""The system and its settings, in process against the simulator."""
