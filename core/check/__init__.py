"""Check a reader's own layers against torch: ``python -m core.check my_file.py:my_function``."""
