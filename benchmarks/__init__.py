"""How fast derbes is, beside other ways to the same number."""
