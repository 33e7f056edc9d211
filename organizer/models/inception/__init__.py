"""How the bundle inception-yt8m comes to be: its parts, what they are held against, and their assembly."""
