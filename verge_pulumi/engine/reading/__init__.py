"""Reads of rows, shared by calls that run side by side; look-ups by name; waiting."""
