"""Comparing addresses: street, number, postcode and city hang together, so they are one comparison."""

import numpy as np

from audit.matching import levels
from audit.matching.similarity import WordPairs
from audit.matching.view import View, outcome


def place(view: View) -> np.ndarray:
    none = np.zeros(len(view.left), dtype=bool)
    city, code, street, house = (_same(view, name) for name in ("city", "postcode", "street", "house"))
    near_city, near_code = _near(view, "city"), _near(view, "postcode")
    known_place = _both(view, "city") | _both(view, "postcode")
    agrees = city | code | near_city | near_code | ~known_place
    if view.has("district"):
        agrees |= _same(view, "district")
    near_street = street | _near_street(view)
    no_house = ~_both(view, "house")
    near_house = house | _near_house(view)
    line = street & house
    line_bits = view.bits("address", view.codes("address")[0]) if view.has("address") else 0
    result = outcome(levels.PLACE, len(none)).set("same", line & agrees, line_bits)
    result.set("near", agrees & near_street & (near_house | (no_house & street & (city | code))))
    result.set("same line", line)
    result.set("street", near_street & agrees & (street | city | code))
    other_street = _both(view, "street") & ~near_street
    if view.has("postcode"):
        bits = _beyond_name(view, view.bits("postcode", view.codes("postcode")[0]))
        result.set("postcode", code & ~other_street, bits).set("postcode, other street", code, bits)
    if view.has("city"):
        bits = _beyond_name(view, view.bits("city", view.codes("city")[0]))
        result.set("city", city & ~other_street, bits).set("city, other street", city, bits)
    result.set("city alike", near_city | near_code)
    return result.set("different", known_place | _both(view, "street")).values


def _beyond_name(view: View, bits: np.ndarray) -> np.ndarray:
    """The half bits that a place adds to the names: that Ashford Library is in Ashford says nothing new."""
    if view.records.entity != "account" or not view.has("company") or not view.has("city"):
        return bits
    tells = view.records.once("names that tell the city", lambda: _tells_city(view))
    told = tells[view.left] & tells[view.right] & view.equal("city")
    return np.where(told, np.maximum(bits - view.bits("city", view.codes("city")[0]), 1), bits)


def _tells_city(view: View) -> np.ndarray:
    """Per record whether its name has the words of its city."""
    name, city = (
        np.array([*(f" {word} " for word in column.words), ""], dtype=object)[column.single]
        for column in (view.column("company"), view.column("city"))
    )
    found = [place != "" and place in whole for whole, place in zip(name, city, strict=True)]
    return np.array(found, dtype=bool)


def _same(view: View, name: str) -> np.ndarray:
    return view.equal(name) if view.has(name) else np.zeros(len(view.left), dtype=bool)


def _both(view: View, name: str) -> np.ndarray:
    return view.both(name) if view.has(name) else np.zeros(len(view.left), dtype=bool)


def _near(view: View, name: str) -> np.ndarray:
    """Cities and postcodes that differ by little: typing errors, neighbouring letters swapped, a part left out."""
    if not view.has(name):
        return np.zeros(len(view.left), dtype=bool)
    return view.graded(name, _near_postcode if name == "postcode" else _near_city) > 0


def _near_city(pairs: WordPairs) -> np.ndarray:
    errors, short = pairs.edits_up_to(3), pairs.short
    close = ((errors <= 1) & (short >= 4)) | ((errors <= 2) & (short >= 6)) | ((errors <= 3) & (short >= 10))
    return close | (pairs.jaro_winkler >= 0.92)


def _near_postcode(pairs: WordPairs) -> np.ndarray:
    return ((pairs.edits_up_to(1) <= 1) & (pairs.short >= 4)) | (pairs.begins & (pairs.short >= 3))


def _near_street(view: View) -> np.ndarray:
    def near(pairs: WordPairs) -> np.ndarray:
        errors, short = pairs.edits_up_to(2), pairs.short
        close = ((errors <= 1) & (short >= 4)) | ((errors <= 2) & (short >= 6)) | (pairs.jaro_winkler >= 0.92)
        return close | ((short >= 3) & (pairs.begins | pairs.holds_words))

    return view.graded("street", near) > 0 if view.has("street") else np.zeros(len(view.left), dtype=bool)


def _near_house(view: View) -> np.ndarray:
    def near(pairs: WordPairs) -> np.ndarray:
        return (pairs.edits_up_to(1) <= 1) & ((pairs.long >= 3) | pairs.begins)

    return view.graded("house", near) > 0 if view.has("house") else np.zeros(len(view.left), dtype=bool)
