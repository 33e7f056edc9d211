"""What all that talks to the database shares: transactions, how values lie in columns, names of videos."""
