"""What is decided first: columns, rows and payments of options."""
