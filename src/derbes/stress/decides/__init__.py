"""What decides an answer: indices, one-at-a-time ranges, tipping values."""
