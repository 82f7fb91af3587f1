"""Values of the uncertain inputs, and the case that each row of them makes."""
