"""Phone numbers: from ranges kept for drama and examples where a country has them, and how people write them."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from vocabulary import CITIES, DIAL_CODES, MOBILES, City


@dataclass(frozen=True)
class Phone:
    """A number in its parts; `area` is empty where a country has none."""

    country: str
    area: str
    local: str

    @property
    def e164(self) -> str:
        return f"+{DIAL_CODES[self.country]}{self.area}{self.local}"

    def international(self) -> str:
        """As printed on a business card."""
        return " ".join(part for part in (f"+{DIAL_CODES[self.country]}", self.area, *self._halves()) if part)

    def national(self) -> str:
        """As dialled at home."""
        first, last = self._halves()
        if self.country == "US":
            return f"({self.area}) {first}-{last}"
        if self.country == "SG":
            return f"{first} {last}"
        if self.country == "ID" and len(self.area) < 4 and not self.area.startswith("8"):
            return f"(0{self.area}) {first}{last}"
        return f"0{self.area} {first} {last}"

    def _halves(self) -> tuple[str, str]:
        cut = len(self.local) - 4 if len(self.local) > 6 else 3
        return self.local[:cut], self.local[cut:]


class PhoneBook:
    """Hands out each number once, in a shuffled order."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._ranges: dict[tuple[str, str], Iterator[str]] = {}

    def landline(self, country: str, city: City) -> Phone:
        if country == "US":
            return self._american(city)
        return Phone(country, city.area, city.local + self._next(country, city.name, city.digits))

    def mobile(self, country: str) -> Phone | None:
        """A mobile number, or None when the country's example range is used up."""
        if country == "US":
            return self._american()
        prefix, digits = MOBILES[country]
        rest = self._next(country, "mobile", digits, last="")
        area = "" if country == "SG" else prefix[:3]
        return Phone(country, area, prefix[len(area) :] + rest) if rest else None

    def _american(self, home: City | None = None) -> Phone:
        """From the range of one's own city while that lasts."""
        for city in ([home] if home else []) + self._random.sample(CITIES["US"], len(CITIES["US"])):
            if rest := self._next("US", city.name, city.digits, last=""):
                return Phone("US", city.area, city.local + rest)
        raise LookupError("every American example number is taken")

    def _next(self, country: str, name: str, digits: int, last: str | None = None) -> str:
        if (country, name) not in self._ranges:
            numbers = [f"{n:0{digits}d}" for n in range(10**digits)]
            self._random.shuffle(numbers)
            self._ranges[country, name] = iter(numbers)
        found = next(self._ranges[country, name], last)
        if found is None:
            raise LookupError(f"every example number of {name} is taken")
        return found
