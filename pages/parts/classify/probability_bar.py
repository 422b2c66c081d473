"""How sure the network is, as a bar in the two classes' colours; components draw the same."""

from html import escape

from core.pictures.colour import CLASS_COLOURS


def probability_bar(probability: float, classes: tuple[str, str]) -> str:
    """Return HTML for P(class 1) in 0..1: class 0 on the left, class 1 on the right."""
    shares = (1 - probability, probability)
    parts = "".join(
        f'<span style="width:{share * 100:.2f}%;background:{colour}"></span>'
        for share, colour in zip(shares, CLASS_COLOURS, strict=True)
    )
    ends = "".join(
        f"<span>{escape(name)} {share * 100:.1f} %</span>"
        for name, share in zip(classes, shares, strict=True)
    )
    return (
        f'<div class="probability-bar" role="img" aria-label="'
        f'{escape(classes[1])} {shares[1] * 100:.1f} per cent">{parts}</div>'
        f'<div class="probability-ends tabular">{ends}</div>'
    )
