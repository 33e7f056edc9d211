"""From a decoded frame to a picture: colours, turn, size."""
