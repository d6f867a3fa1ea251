"""How a row of a VergeOS table becomes a Pulumi resource: declarations, the provider they share, and what it needs."""
