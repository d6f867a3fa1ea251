"""What a class declares, and what becomes of the values that a program gives."""
