"""Create, read, update and delete: Pulumi's six methods, and whose row it is."""
