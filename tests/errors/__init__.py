"""What a program is told of its mistakes."""
