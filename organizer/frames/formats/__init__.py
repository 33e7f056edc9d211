"""What lies in a file, told from its bytes: containers, their boxes and elements, how a picture lies."""
