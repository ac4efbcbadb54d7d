"""Comparing how somebody is reached and registered: mail, telephone, ids, profile and website."""

from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import OSA

from audit.matching import levels
from audit.matching.codes import BLANK
from audit.matching.levels import Comparison
from audit.matching.similarity import WordPairs
from audit.matching.view import View, outcome

_NAMES = ("given", "family", "company", "alias")
_NOTHING = pa.scalar("", pa.large_string())


def email(view: View) -> np.ndarray:
    """Mail addresses. A mailbox that only repeats the owner's name adds nothing at another domain."""
    same = view.shared("email")
    one = view.codes("email")[0]
    near = view.graded("email", _misspelt) > 0
    own = near & ~view.equal("email") & (same == BLANK)
    own[own] = _spelled_from_name(view, view.left[own]) & _spelled_from_name(view, view.right[own])
    box = view.equal("mailbox") & (same == BLANK)
    repeats = np.zeros(len(box), dtype=bool)
    repeats[box] = _spelled_from_name(view, view.left[box]) & _spelled_from_name(view, view.right[box])
    result = outcome(levels.EMAIL, len(one)).set("same", same != BLANK, view.bits("email", same))
    result.set("own name", repeats)
    digits_differ = view.graded("email", _digits_differ, where=near) > 0
    result.set("typo", near & ~digits_differ & ~own)
    result.set("mailbox", box, view.bits("mailbox", view.codes("mailbox")[0]))
    # Two mailboxes at one domain, and nothing else to know anybody by, are two people.
    known = reduce(
        np.logical_or, [view.both(name) for name in _NAMES if view.has(name)], np.zeros(len(one), dtype=bool)
    )
    result.set("domain", view.equal("domain") & known, view.bits("domain", view.codes("domain")[0]))
    return result.set("different", view.both("email")).values


def _misspelt(pairs: WordPairs) -> np.ndarray:
    """At most two typing errors, a few more in a long address unless they make another mailbox."""
    most = np.clip(pairs.short // 5, 2, 4)
    edits = pairs.edits_up_to(most)
    result = edits <= 2
    rest = np.flatnonzero(~result & (edits <= most))
    if len(rest):
        one, other = ([word.partition("@")[0] for word in side[rest]] for side in (pairs.left, pairs.right))
        short = np.minimum([*map(len, one)], [*map(len, other)])
        result[rest] = process.cpdist(one, other, scorer=OSA.distance, dtype=np.uint8, workers=1) <= short // 3
    return result


def _digits_differ(pairs: WordPairs) -> np.ndarray:
    """Both have digits, and not the same: john7@ and john9@ are two mailboxes."""
    one, other = (pc.replace_substring_regex(_words(side), "[^0-9]+", "") for side in (pairs.left, pairs.right))
    differ = pc.and_(pc.not_equal(one, other), pc.and_(pc.not_equal(one, ""), pc.not_equal(other, "")))
    return differ.to_numpy(zero_copy_only=False)


def _words(values: np.ndarray) -> pa.Array:
    return pa.array(values, pa.large_string())


def _spelled_from_name(view: View, rows: np.ndarray) -> np.ndarray:
    """Whether the first mailbox of records is spelled from their own names: it says nothing that the name does not."""
    if not view.has("given") and not view.has("family"):
        return np.zeros(len(rows), dtype=bool)
    distinct, back = np.unique(rows, return_inverse=True)
    nothing = pa.array([""], pa.large_string()).take(np.zeros(len(distinct), dtype=np.int64))
    mailbox, given, family = (
        view.column(name).texts(distinct) if view.has(name) else nothing for name in ("mailbox", "given", "family")
    )
    return _is_spelled(mailbox, given, family)[back]


def _is_spelled(mailbox: pa.Array, given: pa.Array, family: pa.Array) -> np.ndarray:
    """Where the letters of a mailbox are those of the names or their initials, in either order."""
    letters = pc.replace_substring_regex(mailbox, r"[^\p{L}]+", "")
    first, last = pc.replace_substring_regex(given, " .*$", ""), pc.replace_substring(family, " ", "")
    initial, last_initial = (pc.utf8_slice_codeunits(name, 0, 1) for name in (first, last))

    def is_any(*shapes: tuple[pa.Array, pa.Array]) -> pa.Array:
        found = [pc.equal(letters, pc.binary_join_element_wise(one, other, _NOTHING)) for one, other in shapes]
        return reduce(pc.or_, found)

    both = pc.and_(pc.not_equal(first, ""), pc.not_equal(last, ""))
    whole = is_any((first, last), (last, first), (first, _NOTHING), (last, _NOTHING))
    short = is_any((initial, last), (last, initial), (first, last_initial), (initial, last_initial))
    spelled = pc.and_(pc.not_equal(letters, ""), pc.or_(whole, pc.and_(both, short)))
    return spelled.to_numpy(zero_copy_only=False)


def phone(view: View) -> np.ndarray:
    same, ending = view.shared("phone"), view.shared("phone_end")
    one = view.codes("phone")[0]
    result = outcome(levels.PHONE, len(one)).set("same", same != BLANK, view.bits("phone", same))
    result.set("ending", ending != BLANK, view.bits("phone_end", ending))
    result.set("digit", view.graded("phone", lambda pairs: pairs.edits_up_to(1) <= 1) > 0)
    return result.set("different", view.both("phone")).values


def national(view: View) -> np.ndarray:
    one = view.codes("national")[0]
    near = view.graded("national", lambda pairs: (pairs.edits_up_to(1) <= 1) & (pairs.short >= 6)) > 0
    result = outcome(levels.NATIONAL, len(one)).set("same", view.equal("national"), view.bits("national", one))
    return result.set("digit", near).set("different", view.both("national")).values


def _exact(view: View, comparison: Comparison) -> np.ndarray:
    name = comparison.name
    result = outcome(comparison, len(view.left)).set("same", view.equal(name), view.bits(name, view.codes(name)[0]))
    return result.set("different", view.both(name)).values


def customer(view: View) -> np.ndarray:
    return _exact(view, levels.CUSTOMER)


def profile(view: View) -> np.ndarray:
    return _exact(view, levels.PROFILE)


def site(view: View) -> np.ndarray:
    return _exact(view, levels.SITE)


def source(view: View) -> np.ndarray:
    result = outcome(levels.SOURCE, len(view.left)).set("same", view.equal("source"))
    return result.set("other", view.both("source")).values
