"""Arrays made visible: colours, tiles, curves and packing for the browser."""
