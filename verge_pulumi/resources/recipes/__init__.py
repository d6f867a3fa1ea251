"""Catalogs of recipes, and the repositories that they come from."""
