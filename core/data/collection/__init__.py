"""Photos dropped for training: two boxes, one a class, kept under a name until they are deleted."""
