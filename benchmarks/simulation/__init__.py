"""What many videos cost on computers that are not here: discrete events, fed with measured times."""
