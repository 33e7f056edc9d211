"""The YouTube-8M data set: its shards, its vocabulary, and what models are trained on of it."""
