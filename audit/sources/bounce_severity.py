"""Whether a bounce is hard, the address being no good, or soft: full, too large, refused for what was sent or by whom.

A 5.x.x code alone does not tell: full mailboxes (5.2.2) and refused content (5.7.1) have one too, though the address is
fine. So the words decide before the code does, those of the diagnostic before those of the letter around it.
"""

import re

_SES_PREFIX = re.compile(r"(?i)\d\.\d\.\d - unknown address error (?=\d{3})")
_PASSING = re.compile(
    r"(?i)\bfull\b|quota|storage|exceed|over (?:the )?limit|too (?:large|big|long)|too much|too many|size limit"
    r"|message size|oversize|temporar|try again|retry|delayed|deferred|time[d ]?-?out|gr[ae]y-?list|rate.?limit"
    r"|throttl|hop count|mail loop|一杯|いっぱい|voll\b|überschritten|lleno|llena|plein|cheia|penuh"
)
_GONE = re.compile(
    r"(?i)(?:user|recipient|host|mailbox|account|address|domain)[\w\s<>@.:'\"()-]{0,60}?(?:unknown|not (?:found|exist"
    r"|recognized|listed|known|valid|active|available)|does ?n[o']t exist|doesn't have|disabled|suspended|frozen|closed"
    r"|deactivated|inactive|no longer|expired|unavailable)"
    r"|unknown (?:user|recipient|address|host|mailbox|account|domain|local part)|no such (?:user|recipient|person"
    r"|mailbox|address|domain|account|host)|no mailbox|no valid recipients|(?:invalid|bad|non-?existent) (?:recipient"
    r"|address|user|mailbox|destination)|not listed in|recipnotfound|recipientnotfound|nxdomain|host not found"
    r"|name service error|unrouteable|recipient address rejected: access denied|destinataire invalide|sem caixa"
    r"|unbekannt|inexistente|n'existe pas|tidak ditemukan|存在しない|宛先不明"
)
_REFUSED = re.compile(
    r"(?i)\bspam|\bube\b|\bbulk\b|black.?list|block.?list|blocked|banned|reputation|spamhaus|\brbl\b|policy|policies"
    r"|access denied|relay|authenticat|\bauth\b|sender|permission|not (?:permitted|allowed|authorized)|content"
    r"|attachment|virus|malware|dmarc|\bspf\b|dkim|your isp|not a member|filter|misconfigured|x-unix"
)
_PASSING_CODES = re.compile(r"^(?:5\.2\.[23]|5\.3\.[1-4]|5\.4\.[5-7]|5\.7\.\d+|552|554)$")


def severity(code: str, action: str, diagnostic: str, letter: str) -> str:
    """hard or soft, from a report's code, action and diagnostic and from the words of the letter around it."""
    if action.lower().startswith("delayed") or code.startswith("4"):
        return "soft"
    for text in (_SES_PREFIX.sub("", diagnostic), letter):
        if _PASSING.search(text):
            return "soft"
        if _GONE.search(text):
            return "hard"
        if _REFUSED.search(text):
            return "soft"
        if code and text:
            break
    return "soft" if _PASSING_CODES.match(code) else "hard"
