"""The frame of the HTML files that are handed out."""

from html import escape


def html_document(title: str, policy: str, style: str, body: str) -> str:
    """Write a file that may load what its content security ``policy`` lets it."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""
