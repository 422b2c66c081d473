"""What a trained network sees in a photo and why it answers as it does, computed without a page."""
