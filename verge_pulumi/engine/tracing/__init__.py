"""Traces for bug reports: each exchange with VergeOS in a file, without what is secret or tells who and where."""
