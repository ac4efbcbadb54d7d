"""Seeded phone numbers and addresses as people write them, many of them wrong, and what the libraries say of them."""

import random

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from audit.values import phone

KINDS = (0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 27, 28)
EXTENSIONS = (
    " x12|ext 99| ext. 345| extension 1234|x5|,12| #77|-123#| int 4| anexo 12|;ext=12| ex12| Ext:  12345678901234567890"
).split("|")
LEADS = ("", "", "", "", "tel:", "Phone ", "(", "  ", "'", "++", "00", "0", "011", "+", "x")
TRAILS = ("", "", "", ")", " ", ".", "-", "/", " /123", "\n", "+")
SIGNS = " -().–\u00a0\t[]/"
LOCALS = (
    'jane.doe|j|Info|sales|a_b|x+y|o\'neil|jürg|"a b"|a..b|.a|a.|a b|SUPPORT|名|jane(at)doe|mailto:jane|Jane Doe <jane'
).split("|")
HOSTS = (
    "acme.com kembara.co.id acme.com mail.example x.test test local a.local xn--mnchen-3ya.de münchen.de a-b.com "
    "-a.com a-.com ab--c.com 1.2.3.4 [1.2.3.4] a.c1 com a..com example.com. b,com ACME.COM x_y.com foo.com> foo.com>; "
    f"x.onion LOCALHOST a.b-.c foo.com?subject=x {'a' * 63}.com {'a' * 64}.com"
).split()
RESERVED = ("arpa", "invalid", "local", "localhost", "onion")


def phones(seed: int, count: int) -> list[tuple[str, str | None]]:
    """Numbers of all countries and kinds with the region by which to read them, in many notations and with slips."""
    chance = random.Random(seed)
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    examples = [
        (region, [phonenumbers.format_number(example, form) for form in range(4)])
        for region in regions
        for example in (
            *(phonenumbers.example_number_for_type(region, kind) for kind in KINDS),
            phonenumbers.invalid_example_number(region),
        )
        if example is not None
    ]
    return [_phone(chance, *chance.choice(examples), regions) for _ in range(count)]


def _phone(chance: random.Random, home: str, forms: list[str], regions: list[str]) -> tuple[str, str | None]:
    text = list(chance.choice(forms))
    for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
        place, kind = chance.randrange(len(text)), chance.random()
        if kind < 0.4 and text[place].isdigit():
            text[place] = chance.choice("0123456789")
        elif kind < 0.8 and len(text) > 1 and kind >= 0.6:
            del text[place]
        else:
            text.insert(place, chance.choice("0123456789" if kind < 0.6 else SIGNS if kind < 0.95 else "x+,;#aA~n"))
    written = "".join(text)
    written += chance.choice(EXTENSIONS) if chance.random() < 0.08 else ""
    written = chance.choice(LEADS) + written if chance.random() < 0.2 else written
    written += chance.choice(TRAILS) if chance.random() < 0.2 else ""
    return written, chance.choice((home, home, home, home, None, chance.choice(regions), "US", "XX"))


def phone_of_library(
    text: str, region: str | None
) -> tuple[str | None, str | None, bool, bool, str | None, str | None]:
    """What the library makes of a number, in the order of `audit.values.phone.COLUMNS`."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None, None, False, False, None, None
    home = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(number.country_code)
    return (
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        None if home in ("ZZ", "001") else home,
        phonenumbers.is_valid_number(number),
        phonenumbers.is_possible_number(number),
        phone.kinds().get(phonenumbers.number_type(number)),
        number.extension,
    )


def mails(seed: int, count: int) -> list[str]:
    """Addresses of all kinds, about a quarter of them valid, many with a character too many or too few."""
    chance = random.Random(seed)
    return [_mail(chance) for _ in range(count)]


def _mail(chance: random.Random) -> str:
    plain = chance.random() < 0.3
    local, host = (LOCALS[0], HOSTS[0]) if plain else (chance.choice(LOCALS), chance.choice(HOSTS))
    text = list(local + chance.choice(("@", "@", "@", "@", "@", "@@", " @ ", "(at)", "＠", "")) + host)
    for _ in range(chance.choice((0, 0, 0, 0, 1, 1, 2, 3))):
        place, kind = chance.randrange(len(text)), chance.random()
        if kind < 0.4 and len(text) > 1:
            del text[place]
        elif kind < 0.9:
            text.insert(place, chance.choice("abcdz019.-_@ <>\"'(),;:\\[]+\t\n\x00\u200bé\u0338/"))
        else:
            text[place:place] = chance.choice(("xn--", "--", ".-", "-.", "..", "@test", "<", ">", "mailto:", "example"))
    return "".join(text)


def mail_of_library(text: str) -> bool:
    """The library's verdict on the trimmed text, reserved domains apart."""
    trimmed = text.strip()
    for ending in RESERVED:
        if trimmed.lower().endswith(f".{ending}"):
            trimmed = trimmed[: -len(ending)] + "x" * len(ending)
    try:
        validate_email(trimmed, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
