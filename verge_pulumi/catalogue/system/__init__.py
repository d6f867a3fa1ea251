"""The system itself: clusters, nodes, storage tiers, billing and logs."""
