"""Everything that computes: data, networks, training, runs; nothing here knows of a page."""
