"""Zips of photos: what may be in one, unpacking it, and keeping what was unpacked or dropped."""
