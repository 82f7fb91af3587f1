"""Linear programs as values, the solver, and proof of its optimum."""
