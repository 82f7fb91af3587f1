"""Questions over draws: what a user asks, from words to answers."""
