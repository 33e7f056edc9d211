"""What a person decides about tags, and the journal of it."""
