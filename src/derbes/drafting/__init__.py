"""A case begun for somebody: its text, out of what is known."""
