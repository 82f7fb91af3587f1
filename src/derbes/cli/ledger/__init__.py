"""The command that runs statements against what is known."""
