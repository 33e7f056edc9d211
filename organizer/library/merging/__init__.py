"""Another library comes into this one: contents, places, features, tags and decisions; what came is undone."""
