"""One verb, one file: an `Options` dataclass and `run(options, io) -> int`."""
