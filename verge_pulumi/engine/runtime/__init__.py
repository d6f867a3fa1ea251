"""The process that a provider lives in: Pulumi's SDK, the settings and the connection."""
