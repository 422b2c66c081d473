"""The networks: presets, how they are built, their weights on disk, and their answers."""
