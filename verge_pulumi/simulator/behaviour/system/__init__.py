"""The system itself, and where recipes come from."""
