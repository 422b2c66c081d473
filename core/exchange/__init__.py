"""Work on its way out of the program and back in: ONNX, runs as zips, weights, reports."""
