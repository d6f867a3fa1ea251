"""DNS of a network: views, zones, records and host overrides."""
