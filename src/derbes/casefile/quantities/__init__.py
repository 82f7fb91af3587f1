"""Numbers as they are written, to numbers in the case's base units."""
