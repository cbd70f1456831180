"""One file a cause; the file's path is the cause's id."""
