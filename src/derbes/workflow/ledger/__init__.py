"""What a user asks of a ledger, and the table that answers."""
