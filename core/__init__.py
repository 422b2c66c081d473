"""Everything that computes: data, networks, training, runs. Nothing here knows that a page exists."""
