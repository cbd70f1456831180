"""Azure inputs to AWS outputs, field by field."""
