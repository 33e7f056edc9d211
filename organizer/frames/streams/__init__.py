"""From a container to the packets of its film, and when each of them is shown."""
