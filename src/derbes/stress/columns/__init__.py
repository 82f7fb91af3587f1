"""Numbers of every draw: by the myopic rule, and as the optimum of programs."""
