"""One file a check of the migration checklist; the file's path is the check's id."""
