"""The reference: a page for everything that is public, written from the code and from `examples/reference`."""
