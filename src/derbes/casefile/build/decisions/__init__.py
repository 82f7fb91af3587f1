"""What may be decided, what is to be reached by it, and what it may cost."""
