"""The supply model as linear programs (L1) to (L8)."""
