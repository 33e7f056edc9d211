"""Downloads of model parts: resumed, tried again, from mirrors, proven."""
