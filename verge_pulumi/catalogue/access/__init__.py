"""Users, groups, and what they may do."""
