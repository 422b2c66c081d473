"""The whole network in both engines: a photo through it and back, and both trained together."""

DTYPES = ("float32", "float64")
