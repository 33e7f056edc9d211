"""Another library comes into this one: contents, files, features, tags and decisions."""
