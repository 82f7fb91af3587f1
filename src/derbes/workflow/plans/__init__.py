"""The cheapest programme: what a user asks, from words to the plan."""
