"""Values said as a person would say them."""


def spoken_time(seconds: float) -> str:
    """Say a duration as a person would: "8 s", "2 min 5 s", "3 h 10 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def percent(share: float) -> str:
    """Say a share of 0..1 with one digit: "81.2 %"."""
    return f"{share * 100:.1f} %"
