"""What an out-of-office reply says: when its writer is back, who stands in, whether the writer has left for good."""

import datetime as dt
import re

from audit.sources.bounces import ADDRESS

_MONTHS = (
    r"jan\w*|feb\w*|fév\w*|m[aä]r\w*|mei|ma[iy]|ma?yo|apr\w*|avr\w*|abr\w*|ju[nl]\w*|juin|juil\w*|a[ug][uog]\w*"
    r"|août|ago\w*|sep\w*|set\w*|o[ck]t\w*"
    r"|out\w*|nov\w*|de[czs]\w*|déc\w*|ene\w*"
)
_DAY = (
    rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}|\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:de\s+"
    rf"|of\s+)?(?:{_MONTHS})\.?(?:,?\s+(?:de\s+)?\d{{4}})?"
    rf"|(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?)"
)
_BACK = re.compile(
    r"(?i)(?:until|till|through|return(?:ing)?|be back|back|bis|zurück|wieder|kembali|sampai|hingga|hasta|vuelvo"
    r"|regreso|retour|jusqu'au|até|volto|retorno)"
    rf"(?:\s+(?!{_DAY})[\w'äöüéèàí]+,?){{0,6}}?\s+({_DAY})"
)
_LEFT = re.compile(
    r"(?i)no longer (?:with|work|employed|at\b|part of|an employee)|(?:has|have) left (?:the )?(?:company"
    r"|organi[sz]ation|us\b|\w+ (?:inc|ltd|gmbh))"
    r"|left the company|nicht mehr (?:für|bei|im|in unserem|tätig)|ausgeschieden"
    r"|(?:sudah )?tidak (?:lagi )?bekerja|ya no (?:trabaja|forma parte)"
    r"|ne (?:travaille|fait) plus|não (?:trabalha|faz) mais|address is no longer (?:in use|monitored|active)"
)
_INSTEAD = re.compile(
    r"(?i)contact|reach|write to|e-?mail|refer|instead|colleague|successor|taken over|assist|wenden|vertret"
    r"|nachfolg|hubungi|pengganti|contactar|escrib|"
    r"dirig|remplac|adresse[rz]|substitu"
)


def left_for_good(text: str) -> bool:
    """Whether the writer, or the system for them, says that they no longer work there."""
    return bool(_LEFT.search(text))


def successor(text: str, own: str) -> str:
    """The address of the person to write to instead, other than the absent one's own."""
    for line in text.splitlines():
        if line.lstrip().startswith(">"):
            continue
        for found in ADDRESS.finditer(line):
            address = found[0].rstrip(".'")
            if address.lower() != own.lower() and _INSTEAD.search(
                text[max(0, text.find(line) - 160) : text.find(line)] + line
            ):
                return address
    return ""


def return_day(text: str, sent: dt.datetime | None) -> str:
    """The day of return as text with a year; where none is written it is the next such day after the mail."""
    found = _BACK.search(text)
    if not found:
        return ""
    day = re.sub(r"(?i)(?<=\d)(?:st|nd|rd|th)\b|\bof\s+", "", found[1])
    if re.search(r"\d{4}|\d[./]\d{2}$", day) or sent is None:
        return day
    return f"{day.rstrip('.')} {sent.year}"
