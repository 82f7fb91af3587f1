"""What is supplied then: trunk and branches of a draw, and what options do to them."""
