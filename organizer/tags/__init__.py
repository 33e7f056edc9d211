"""Features to tags: classifier, thresholds, evidence."""
