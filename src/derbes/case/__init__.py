"""What a case is: entities, numbers with their sources, and the arrays made of them."""
