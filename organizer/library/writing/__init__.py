"""What a scan writes: roots, places, videos by their content, scores and suggested tags."""
