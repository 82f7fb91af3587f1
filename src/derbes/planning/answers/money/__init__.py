"""What a plan costs: by year and currency, and what knowing more would be worth."""
