"""Tags that a person teaches: learnt from a few videos' stored features, suggested for all others."""
