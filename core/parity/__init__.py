"""The same network in both engines, trained together."""

DTYPES = ("float32", "float64")
