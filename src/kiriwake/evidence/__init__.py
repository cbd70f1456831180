"""What a cause may look at: typed, frozen, one file per service."""
