"""The emulated ECS: an API, a scheduler and tasks that really start, run, fail and stop."""
