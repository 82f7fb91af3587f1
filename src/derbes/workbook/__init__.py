"""Workbooks: the numbers of a case as sheets, written for a person, and what a person changed."""
