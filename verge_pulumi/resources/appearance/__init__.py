"""How the user interface looks."""
