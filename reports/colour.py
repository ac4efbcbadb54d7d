"""Colours that can be read: contrast after WCAG 2.2, and the nearest shade that has enough of it."""

ENOUGH = 4.5
"""Contrast of text with its ground at level AA."""
LIGHT_GROUND, DARK_GROUND = "#f4f6f8", "#1a222a"
"""The least favourable grounds that text stands on in the light and in the dark page."""
_STEPS = 100


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21; colours as ``#rrggbb``."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str, ground: str) -> str:
    """The colour, moved towards black or white as far as it takes to be read on `ground`."""
    target = 0 if _luminance(ground) > 0.5 else 255
    channels = _channels(colour)
    for step in range(_STEPS + 1):
        mixed = [round(value + (target - value) * step / _STEPS) for value in channels]
        shade = "#" + "".join(f"{value:02x}" for value in mixed)
        if contrast(shade, ground) >= ENOUGH:
            return shade
    return "#000000" if target == 0 else "#ffffff"


def _channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [value / 255 for value in _channels(colour)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
