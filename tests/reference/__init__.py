"""The reference pages and the examples on them."""
