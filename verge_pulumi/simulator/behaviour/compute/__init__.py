"""Virtual machines and their parts."""
