"""Questions over draws: fans, what decides, tipping values."""
