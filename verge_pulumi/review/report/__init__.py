"""What a preview would do, told to people who are about to approve it."""
