"""What proves whose a row is: the mark on it, the states of stacks, interrupted attempts, and this very run."""
