"""What may stand in a case file: strict entries, one class an element."""
