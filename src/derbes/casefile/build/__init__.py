"""Entries of a case file to the entities of a case."""
