"""What is said, run against what is known."""
