"""The API server: discovery, lists, watches, patches, tables, who may do what."""
