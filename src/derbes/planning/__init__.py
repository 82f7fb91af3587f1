"""The cheapest programme that meets the standards."""
