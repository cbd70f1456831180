"""Images and repositories."""
