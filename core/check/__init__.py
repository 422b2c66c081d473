"""Check a reader's own convolution against torch: ``python -m core.check my_file.py:my_conv2d``."""
