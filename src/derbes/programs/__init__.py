"""Linear programs: statements, solutions and their certificates."""
