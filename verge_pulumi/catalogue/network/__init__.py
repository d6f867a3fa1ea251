"""Networks and their addresses."""
