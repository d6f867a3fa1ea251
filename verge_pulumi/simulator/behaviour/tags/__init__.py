"""Tags, and the categories that they belong to."""
