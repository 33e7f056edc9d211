"""What all that talks to the database shares: transactions, and how values lie in columns."""
