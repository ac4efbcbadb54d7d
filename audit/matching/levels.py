"""What is compared and on which levels: the starting weights that the table's own pairs then correct."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Level:
    """One degree of agreement. `same` is how often true duplicates show it before anything is learned."""

    name: str
    phrase: str
    same: float
    related: float = 0.0
    by_value: bool = False
    """Whether the weight follows the rarity of the value agreed on."""
    at_most: float = 1.0
    """How often true duplicates may show it, whatever is learned."""
    stranger: float = 0.001
    """How often strangers show it, before any are seen."""
    related_at_most: float = 1.0
    """How often members of a relation may show it, whatever is learned."""


@dataclass(frozen=True)
class Comparison:
    """One comparison of two records. Level 0 is always "not known" and weighs nothing.

    `shared_by` names the relations (household, colleague, ...) whose members agree here although they are different
    people; in all other relations this comparison behaves as between strangers.
    """

    name: str
    title: str
    levels: tuple[Level, ...]
    shared_by: tuple[str, ...] = ()
    prior: float = 30.0
    """How many pairs the starting weights are worth."""


@dataclass(frozen=True)
class Relation:
    """A way in which two different entities hang together.

    `needs` are the comparisons in which they agree, the first `decisive` of them nearly always; `share` is how many
    pairs per record to expect; `unlike` are comparisons in which they agree even less often than strangers do; `apart`
    are those that have to show them apart: without a difference there, two records of one name are simply the same.
    `column` names what such pairs have in common, by which they can be counted without comparing them. `without` are
    comparisons of which a table has none: where there is one, another relation knows such pairs better.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    share: float = 0.1
    unlike: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    decisive: int = 1
    column: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


GIVEN = Comparison(
    "given",
    "first name",
    (
        Level("same", "same first name", 0.66, 0.98, by_value=True),
        Level("nickname", "first name {0} ~ {1} (nickname)", 0.05),
        Level("initial", "first name {0} ~ {1} (initial)", 0.05),
        Level("part", "first name {0} ~ {1} (part)", 0.04),
        Level("typo", "first name {0} ~ {1} (typing error)", 0.09),
        Level("alike", "first name {0} ~ {1} (alike)", 0.05),
        Level("far", "first name {0} / {1} (hardly alike)", 0.02, at_most=0.08, stranger=0.02),
        Level("different", "first name differs", 0.03, at_most=0.06),
        Level("crossed", "first name is the other's last name", 0.005, by_value=True),
        Level("reordered", "same names in other order", 0.02, by_value=True),
    ),
    shared_by=("namesake",),
)
FAMILY = Comparison(
    "family",
    "last name",
    (
        Level("same", "same last name", 0.75, 0.85, by_value=True),
        Level("maiden", "last name is the other's maiden name", 0.01, 0.01, by_value=True),
        Level("part", "last name {0} ~ {1} (part)", 0.03, 0.01),
        Level("typo", "last name {0} ~ {1} (typing error)", 0.1, 0.06),
        Level("alike", "last name {0} ~ {1} (alike)", 0.04, 0.03),
        Level("far", "last name {0} / {1} (hardly alike)", 0.02, 0.01, stranger=0.015),
        Level("different", "last name differs", 0.05, 0.04, at_most=0.2),
    ),
    shared_by=("household", "sibling", "namesake"),
)
MIDDLE = Comparison(
    "middle",
    "middle name",
    (
        Level("same", "same middle name", 0.8, stranger=0.05, by_value=True),
        Level("initial", "middle initial fits", 0.1),
        Level("alike", "middle name alike", 0.05),
        Level("different", "middle name differs", 0.05, at_most=0.15),
    ),
)
BIRTH = Comparison(
    "birth",
    "date of birth",
    (
        Level("same", "same date of birth", 0.8, 0.03, by_value=True, related_at_most=0.03),
        Level("swapped", "day and month of birth swapped", 0.02, 0.0),
        Level("digit", "date of birth one digit off", 0.08, 0.01),
        Level("parts", "two parts of the date of birth agree", 0.03, 0.01),
        Level("close", "dates of birth within days", 0.01, 0.01),
        Level("near", "dates of birth within weeks", 0.01, 0.03, stranger=0.02),
        Level("digits", "date of birth two digits off", 0.01, 0.01, stranger=0.005),
        Level("year", "same year of birth", 0.02, 0.02, at_most=0.06, stranger=0.015),
        Level("different", "date of birth differs", 0.03, 0.88, at_most=0.08),
    ),
    shared_by=("sibling",),
)
GENDER = Comparison(
    "gender",
    "gender",
    (Level("same", "same gender", 0.97, stranger=0.5), Level("different", "gender differs", 0.03, at_most=0.05)),
)
EMAIL = Comparison(
    "email",
    "mail address",
    (
        Level("same", "same mail address", 0.6, 0.08, by_value=True),
        Level("typo", "mail address {0} ~ {1} (typing error)", 0.1, 0.01),
        Level("mailbox", "same mailbox at another domain", 0.03, 0.005, by_value=True),
        Level("own name", "mailbox repeats the name", 0.0),
        Level("domain", "same mail domain", 0.1, 0.6, stranger=0.05, by_value=True),
        Level("different", "mail address differs", 0.17, 0.3),
    ),
    shared_by=("household", "colleague", "branch"),
)
PHONE = Comparison(
    "phone",
    "telephone",
    (
        Level("same", "same telephone number", 0.6, 0.4, by_value=True),
        Level("ending", "telephone numbers end alike", 0.05, 0.02, by_value=True),
        Level("digit", "telephone number one digit off", 0.05, 0.02),
        Level("different", "telephone number differs", 0.3, 0.55),
    ),
    shared_by=("household", "colleague", "neighbour", "branch"),
)
NATIONAL = Comparison(
    "national",
    "national or tax id",
    (
        Level("same", "same national id", 0.85, by_value=True),
        Level("digit", "national id with a typing error", 0.1),
        Level("different", "national id differs", 0.05, at_most=0.1),
    ),
)
CUSTOMER = Comparison(
    "customer",
    "customer id",
    (Level("same", "same customer id", 0.6, by_value=True), Level("different", "customer id differs", 0.4)),
)
PROFILE = Comparison(
    "profile",
    "profile address",
    (Level("same", "same profile address", 0.9, by_value=True), Level("different", "profile address differs", 0.1)),
)
PLACE = Comparison(
    "place",
    "address",
    (
        Level("same", "same address", 0.5, 0.75, by_value=True),
        Level("near", "address alike in the same place", 0.1, 0.08),
        Level("same line", "same street and number, place differs", 0.03, 0.02),
        Level("street", "same street, other number", 0.03, 0.02),
        Level("postcode", "same postcode", 0.06, 0.04, by_value=True),
        Level("postcode, other street", "same postcode, other street", 0.04, 0.02, by_value=True),
        Level("city", "same city", 0.06, 0.02, stranger=0.03, by_value=True),
        Level("city, other street", "same city, other street", 0.05, 0.02, stranger=0.03, by_value=True),
        Level("city alike", "city or postcode alike", 0.05, 0.02, stranger=0.01),
        Level("different", "address differs", 0.08, 0.01),
    ),
    shared_by=("household", "colleague", "neighbour"),
)
_FEW_MOVE = {
    "street": 0.1, "postcode, other street": 0.1, "city, other street": 0.1, "different": 0.1,
}  # fmt: skip
SEAT = replace(PLACE, levels=tuple(replace(one, at_most=_FEW_MOVE.get(one.name, 1.0)) for one in PLACE.levels))
"""The address of an organisation: one that is somewhere else is mostly another."""
COMPANY = Comparison(
    "company",
    "company",
    (
        Level("same", "same company", 0.6, 0.85, by_value=True),
        Level("part", "company name part of the other", 0.08, 0.05, by_value=True),
        Level("typo", "company {0} ~ {1} (typing error)", 0.08, 0.05),
        Level("alike", "company names share words", 0.04, 0.02, stranger=0.02),
        Level("different", "company differs", 0.2, 0.03),
    ),
    shared_by=("colleague", "household"),
)
ORGANISATION = Comparison(
    "organisation",
    "name",
    (
        Level("same", "same name", 0.5, 0.6, by_value=True),
        Level("part", "one name holds the other", 0.15, 0.15, by_value=True),
        Level("typo", "name {0} ~ {1} (typing error)", 0.15, 0.05, by_value=True),
        Level("most words", "names share most words", 0.08, 0.1, at_most=0.2, stranger=0.003),
        Level("some words", "names share some words", 0.05, 0.05, at_most=0.15, stranger=0.01),
        Level("different", "name differs", 0.07, 0.05, at_most=0.1),
    ),
    shared_by=("branch",),
)
SITE = Comparison(
    "site",
    "website",
    (Level("same", "same website", 0.8, 0.7, by_value=True), Level("different", "website differs", 0.2, 0.3)),
    shared_by=("colleague", "branch"),
)
JOB = Comparison(
    "job",
    "job title",
    (
        Level("same", "same job title", 0.6, stranger=0.05, by_value=True),
        Level("alike", "job title alike", 0.1),
        Level("different", "job title differs", 0.3),
    ),
)
SUFFIX = Comparison(
    "suffix",
    "name suffix",
    (
        Level("same", "same name suffix", 0.95, stranger=0.5),
        Level("different", "name suffix differs", 0.05, at_most=0.05),
    ),
)
SOURCE = Comparison(
    "source",
    "source",
    (Level("other", "from two sources", 0.6, 0.5), Level("same", "from one source", 0.4, 0.5, stranger=0.5)),
    prior=10.0,
)
CONTACT = (
    GIVEN, FAMILY, MIDDLE, SUFFIX, BIRTH, GENDER, EMAIL, PHONE, NATIONAL, CUSTOMER, PROFILE, PLACE, COMPANY,
    ORGANISATION, SITE, JOB, SOURCE,
)  # fmt: skip
ACCOUNT = (ORGANISATION, EMAIL, PHONE, NATIONAL, SITE, SEAT, SOURCE)
_SHARED_AT_HOME = ("place", "email", "phone", "company")
RELATIONS = {
    "contact": (
        Relation(
            "household",
            "household",
            ("family", *_SHARED_AT_HOME),
            unlike=("given",),
            column=("family", "address"),
        ),
        Relation("sibling", "brothers and sisters", ("family", "birth"), unlike=("given",), without=_SHARED_AT_HOME),
        Relation("colleague", "colleagues", ("company", "place", "email", "phone", "site"), column=("company_key",)),
        Relation("namesake", "namesakes", ("family", "given"), share=0.01, decisive=2, column=("family", "given")),
    ),
    "account": (
        Relation(
            "branch",
            "branches of one organisation",
            ("organisation", "site", "email", "phone"),
            apart=("place",),
            column=("company_key",),
        ),
        Relation("neighbour", "organisations at one address", ("place", "phone"), column=("address",)),
    ),
}
