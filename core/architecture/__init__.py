"""A network as data: a short text, its layers, and what they cost on a photo of a given size."""
