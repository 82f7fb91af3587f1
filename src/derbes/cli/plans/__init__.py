"""The command that finds the cheapest programme, and its answer as text."""
