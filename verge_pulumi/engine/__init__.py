"""How a row of a VergeOS table becomes a Pulumi resource: declarations, the provider they share, and what it needs."""

import gc

# What is there by now, Pulumi as a rule, lives as long as the process. Looking through it for garbage while the rest is
# imported costs each start of a provider some 25 ms (python -X importtime).
gc.freeze()
