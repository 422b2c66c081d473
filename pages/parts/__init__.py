"""What the pages are made of: a package for each page, ``shared`` and ``web``.

``shared`` holds what several pages are made of, ``web`` what several browser components are made
of. Streamlit takes only files directly in ``pages/`` for pages.
"""
