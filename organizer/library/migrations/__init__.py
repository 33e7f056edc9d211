"""How the schema came to be: a frozen file for each change of it, and ``apply``, which runs them."""
