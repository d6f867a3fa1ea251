"""Networks, their addresses and proxies."""
