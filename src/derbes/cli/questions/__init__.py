"""Questions over draws: the command and its tables."""
