"""The documentation site: what MkDocs is told in addition to mkdocs.yml, and a crawl of what it built."""
