"""What is read off previews and states: the report, drift, comparisons, and the requests of an update."""
