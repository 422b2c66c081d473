"""How the functions in front are computed fast: memory laid out, blocks, matrix products, threads.

Of the rest of ``core.numpy_nn`` it knows ``arguments`` and ``geometry`` only.
"""
