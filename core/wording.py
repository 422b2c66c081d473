"""Values said as a person would say them."""


def spoken_size(size: int) -> str:
    """Say how large a file is: "412 bytes", "1.2 kB", "26.1 MB"."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1e3:.1f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def spoken_time(seconds: float) -> str:
    """Say a duration as a person would: "8 s", "2 min 5 s", "3 h 10 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
