"""Do NumPy and torch agree? One rule, held against a convolution, a layer and a whole network."""
