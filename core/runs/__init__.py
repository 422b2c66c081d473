"""Runs: one training each, kept in a folder that a worker writes and everybody reads."""
