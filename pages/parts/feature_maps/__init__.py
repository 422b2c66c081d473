"""The Feature maps page: one photo through a network, and why it answered so."""
