"""A look through the photos of a source before a network learns from them."""
