"""The supply model as linear programs, one a file, and what a solution says."""
