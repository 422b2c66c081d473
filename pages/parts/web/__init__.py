"""What several browser components are made of."""
