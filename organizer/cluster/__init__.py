"""Videos looked at by several computers: what each of them does, and how one of them hands out the work."""
