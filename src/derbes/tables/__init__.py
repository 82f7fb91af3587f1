"""Tables of a person: read as they are written, and brought into a case."""
