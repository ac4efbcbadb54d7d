"""Names and addresses that are typed to try a form out or to get past it, and that no customer has."""

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.values.text import arrow, fold, matches, over_distinct

_FIGURES = """
mickey mouse; minnie mouse; donald duck; daisy duck; bugs bunny; daffy duck; santa claus; darth vader; luke skywalker;
homer simpson; bart simpson; spongebob squarepants; sponge bob; scooby doo; super man; spider man;
wonder woman; winnie pooh; winnie the pooh; easter bunny; father christmas; micky maus; foo bar; bar foo;
foo baz; lorem ipsum; max mustermann; erika mustermann; maxi mustermann; firstname lastname; first last;
first name last name; your name; name surname; vorname nachname; nama lengkap; nama depan; nombre apellido; prenom nom;
john q public; joe bloggs; joe sixpack; pippo pluto; fulano detal; test dummy; dummy dummy;
fake name; fake fake; fake user; no name; no body; some body; some one; any one; delete me; do not use; please delete
"""
_EVERYMAN = """
john doe; jane doe; john smith; jane smith; jan jansen; jan kowalski; jean dupont; mario rossi; juan perez; joe doe;
james bond; harry potter; peter parker; bruce wayne; clark kent; tony stark; jack sparrow; peter pan; elvis presley;
fulano de tal; joao silva; bob smith; foo foo; hans mustermann; jan novak; anna nowak
"""
_TEST_WORD = r"(?:test(?:s|er|ing|e|ing)?[0-9]*|demo|dummy|fake|sample|prueba|teste|prova|coba|tes|abc[0-9]*)"
_TESTING = (
    rf"^(?:{_TEST_WORD} (?:{_TEST_WORD}|user[0-9]*|person|contact|lead|account|customer|client|record|name|last ?name|"
    rf"mail|email|form|submission|entry|only|please ignore|ignore|delete|import|data|company|kontakt|kunde|orang)"
    rf"|(?:this is a )?test(?:ing)? .*(?:ignore|delete|please).*"
    rf"|(?:user|lead|contact|customer|first ?name|last ?name) {_TEST_WORD})$"
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "poiuytrewq", "lkjhgfdsa", "1234567890")
_FILLER_HOSTS = (
    r"(?:test|tests|testing|asdf+|asd|qwe(?:rty)?|abc+|xyz|aaa*|bbb*|xxx*|none|na|no|nomail|noemail|no-?email|null|fake|dummy|"
    r"domain|yourdomain|mydomain|company|email|mail|example|sample|123|1|a|b|t|x)"
)
_FILLER_MAIL = rf"(?i)^\s*[^@\s]+@{_FILLER_HOSTS}\.(?:com|net|org|co|de|id|co\.id|tld|test|xyz|io)\s*$"
_REAL_HOSTS = (
    r"(?i)@(?:mail\.com|email\.com|x\.com|abc\.(?:com|net|xyz|de)|mail\.de|email\.de|na\.org|company\.com)\s*$"
)
_FILLER_LOCAL = r"(?i)^\s*(?:test|testing|tester|asdf+|qwerty|noemail|no-?reply|none|fake|dummy|foo|foobar)[0-9]*@"


def figures(names: pd.Series) -> np.ndarray:
    """Where a whole name is that of a comic figure, of a specimen form, or of a test ("Test User")."""

    def found(distinct: pd.Series) -> np.ndarray:
        folded = fold(distinct)
        listed = pc.is_in(arrow(folded), _listed(_FIGURES)).to_numpy(zero_copy_only=False)
        return listed | matches(folded, _TESTING)

    return over_distinct(names, found)


def everyman(names: pd.Series) -> np.ndarray:
    """Where a whole name is one that stands for anybody, though people bear it too: John Doe, James Bond."""
    return pc.is_in(arrow(fold(names)), _listed(_EVERYMAN)).to_numpy(zero_copy_only=False)


def keyboard_run(values: pd.Series) -> np.ndarray:
    """Where a word is keys in a row ("asdf", "qwer"), one of them twice, or one letter three times or more."""
    # Transliterated, other scripts would make runs of their own; initials are no run.
    return over_distinct(
        values, lambda distinct: matches(distinct, r"^[\x00-\x7f]*$") & matches(fold(distinct), _runs())
    )


def filler_address(values: pd.Series) -> np.ndarray:
    """Where an address was made up on the spot: test@test.com, a@a.com, john.doe@example.com."""
    return (matches(values, _FILLER_MAIL) & ~matches(values, _REAL_HOSTS)) | matches(values, _FILLER_LOCAL)


def made_up(first: pd.Series, last: pd.Series, full: pd.Series) -> np.ndarray:
    """Where nobody is behind a whole name: a figure or a test, or keys in a row for both of its parts."""
    whole = (first + " " + last).fillna(full).fillna(first).fillna(last)
    of_first, of_last = keyboard_run(first), keyboard_run(last)
    # A whole name is a run only where its parts are.
    run = (of_first | of_last | (first.isna() | last.isna()).to_numpy(dtype=bool)) & matches(whole, r"\S\s+\S")
    run[run] = keyboard_run(whole[run])
    return figures(whole) | (of_first & of_last) | run


@cache
def _listed(names: str) -> pa.Array:
    return pa.array(sorted(name.strip() for name in " ".join(names.split()).split(";")), pa.large_string())


@cache
def _runs() -> str:
    """Three keys in a row may be a name ("Ert", "Wer"): four are none, "asd" and its like are not either."""
    runs = {row[start:end] for row in _ROWS for start in range(len(row)) for end in range(start + 4, len(row) + 1)}
    short = {"asd", "qwe", "zxc", "sdf", "dfg", "jkl", "hjk"}
    letters = "|".join(f"{letter}{{3,}}" for letter in "abcdefghijklmnopqrstuvwxyz")
    words = "|".join(sorted(runs | short, key=lambda run: (-len(run), run)))
    run = rf"(?:(?:{words})+|{letters})"
    return rf"^{run}(?: {run})*$"
