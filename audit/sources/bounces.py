"""What an automatic message says: a bounce with its address, code and reason, an auto-reply, a complaint, an opt-out.

Delivery reports follow RFC 3464, complaints RFC 5965, auto-replies RFC 3834; many systems write free text instead.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.sources.bounce_severity import severity

ADDRESS = re.compile(r"[A-Za-z0-9][\w.+\-=/&']*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_SUBJECT = re.compile(
    r"(?i)are not member|undeliver|unzustellbar|non remis|no se pudo entregar|tidak terkirim"
    r"|delivery (?:status|report|failure"
    r"|fail|notification|has failed|problem)"
    r"|failure notice|mail delivery|mail failure|delivery failed|returned (?:mail|to sender)"
    r"|could not be delivered|not delivered"
    r"|message you sent blocked|error sending your mail|mail system error|postmaster notify|недоставл"
    r"|не доставлено|доставка|メールエラー"
    r"|送信できません|配信不能"
)
_PHRASE = re.compile(
    r"(?i)(?:could|can) ?not be delivered|unable to deliver|undeliverable"
    r"|deliver\w* (?:has )?(?:to .{0,60})?failed|failed permanently"
    r"|error (?:delivering|(?:occurred )?while (?:trying|attempting) to deliver)|did not reach|was not delivered"
    r"|not relayed"
    r"|addresse?s?(?:\(es\))? (?:had|failed)|permanent (?:fatal )?error|delivery (?:errors|problems)"
    r"|trouble delivering"
    r"|rejected by a remote mail server|invalid user address|unknown user|user unknown|no valid recipients"
    r"|failure reasons"
    r"|not a member of this mailing list|не может быть доставлено|送信できません|送信に失敗|存在しないか"
    r"|transcript of session"
)
_DAEMON = re.compile(r"(?i)mailer-daemon|post.?master|mail.?deliver|maildelivery|daemon@|<>")
_ORIGINAL = re.compile(
    r"(?im)^(?:[\s>-]*-{2,} ?(?:the |this is )?(?:a copy|(?:the )?header|original|returned|below|unsent|included).*"
    r"|.*(?:original message follows|message headers follow|is a copy of the (?:original )?message"
    r"|below this line is a copy).*"
    r"|-{3,}\s*original message.*|original message:?\s*|bounced e-mail:\s*|(?:received|return-path):.*)$"
)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?:^|[\s:;'\"(])([45]\d\d)(?=[\s-])")
_TELLING = re.compile(
    r"(?i)unknown|no such|not found|reject|denied|invalid|full|exceed|disabled|not listed|does ?n.t have"
    r"|deferred|not recognized"
    r"|not accepted|not a member|blocked|no valid|unauthenticated|error\b|failed:"
)
_PREAMBLE = re.compile(r"(?i)permanent error|automatically|verify the address|^\W*\S+@\S+\W*$|following|did not reach")
_NOT_FAILED = re.compile(
    r"(?i)mail from|^\s*from\s*:|sender|reply-?to|please contact|for help|help desk|message-?id|support@|http"
)
_FAILED = re.compile(
    r"(?i)rcpt to|recipient|delivered to|deliver(?:ing)? (?:message|your mail)? ?to|failed|following address"
    r"|address\b|unknown user|was not|member of"
)
_FIELD = re.compile(
    r"(?im)^(final-recipient|original-recipient|action|status|diagnostic-code)\s*:\s*((?:.*)(?:\n[ \t].*)*)"
)


@dataclass(frozen=True)
class Verdict:
    """What a message tells about one address. `type` is bounce, complaint, auto_reply, unsubscribe_reply or email."""

    type: str
    address: str = ""
    bounce_type: str = ""
    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Letter:
    """The parts of a message that decide: header values by lower-case name, text for people, delivery reports, and the
    headers of the message that was sent back."""

    headers: dict[str, str]
    text: str
    report: str
    original: str

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


def judge(letter: Letter) -> list[Verdict]:
    """What the message says, once per failed address; a plain mail gives one verdict of type email."""
    kind = letter.header("content-type").lower()
    if "feedback-report" in kind:
        return [
            Verdict(
                "complaint",
                _first_address(letter.original, r"(?im)^(?:original-rcpt-to|to)\s*:(.*)$"),
                reason="complaint",
            )
        ]
    if _is_bounce(letter, kind):
        return list(_failures(letter)) or [Verdict("bounce", bounce_type="hard")]
    automatic = letter.header("auto-submitted").lower()
    if (automatic and automatic != "no") or _is_automatic(letter):
        return [Verdict("auto_reply", _first_address(letter.header("from"), ""))]
    if _wants_out(letter):
        return [Verdict("unsubscribe_reply", _first_address(letter.header("from"), ""))]
    return [Verdict("email", _first_address(letter.header("from"), ""))]


def _is_bounce(letter: Letter, kind: str) -> bool:
    if "delivery-status" in kind or letter.report or letter.header("x-failed-recipients"):
        return True
    subject = bool(_SUBJECT.search(letter.header("subject")))
    phrase = bool(_PHRASE.search(letter.text))
    machine = is_machine(letter)
    silent = bool(re.search(r"(?i)no-?reply@", letter.header("from")))
    return (machine and subject) or (phrase and (machine or silent or subject))


def is_machine(letter: Letter) -> bool:
    """Whether a mail system wrote it, not a person or for one."""
    return bool(_DAEMON.search(f"{letter.header('from')} {letter.header('return-path')}"))


def _failures(letter: Letter) -> Iterator[Verdict]:
    human = letter.text
    found = list(_reported(letter.report)) or list(_reported(human))
    seen: set[str] = set()
    for fields in found:
        if fields.get("action", "").lower().startswith(("delivered", "relayed", "expanded")):
            continue
        address = _address(fields.get("original-recipient", "")) or _address(fields.get("final-recipient", ""))
        if address and address.lower() not in seen:
            seen.add(address.lower())
            diagnostic = fields.get("diagnostic-code", "")
            code = _code(fields.get("status", ""), diagnostic)
            yield Verdict(
                "bounce",
                address,
                severity(code, fields.get("action", ""), diagnostic, human),
                code,
                _reason(diagnostic, human),
            )
    if seen:
        return
    reported = " ".join(f"{fields.get('status', '')} {fields.get('diagnostic-code', '')}" for fields in found)
    code = _code(reported, human)
    addresses = ADDRESS.findall(letter.header("x-failed-recipients")) or _from_text(letter)
    for address in addresses:
        reason = _reason("", human)
        yield Verdict("bounce", address, severity(code, "", reason, human), code, reason)


def _reported(text: str) -> Iterator[dict[str, str]]:
    """The recipient blocks of a delivery report."""
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        fields = {name.lower(): " ".join(value.split()) for name, value in _FIELD.findall(block)}
        if "final-recipient" in fields or "original-recipient" in fields or {"status", "action"} <= fields.keys():
            yield fields


def _address(field: str) -> str:
    found = ADDRESS.search(field.split(";", 1)[-1])
    return found[0] if found else ""


def _from_text(letter: Letter) -> list[str]:
    """The address that a free text complains about, or else the one the original was sent to."""
    own = {address.lower() for address in ADDRESS.findall(f"{letter.header('to')} {letter.header('from')}")}
    best: tuple[int, str] | None = None
    lines = letter.text.splitlines()
    for place, line in enumerate(lines):
        context = f"{lines[place - 1] if place else ''} {lines[place - 2] if place > 1 else ''}"
        for found in ADDRESS.finditer(line):
            address = found[0].rstrip(".'")
            score = 3 * (not line[: found.start()].strip(" \t<\"'*->:")) + 3 * bool(_FAILED.search(line))
            score += 2 * bool(_PHRASE.search(context) or _FAILED.search(context))
            score -= 6 * bool(_NOT_FAILED.search(line[: found.start()]) or "-ctl@" in address) + 8 * (
                address.lower() in own
            )
            if best is None or score > best[0]:
                best = (score, address)
    if best is not None and best[0] > -4:
        return [best[1]]
    sent_to = _first_address(letter.original, r"(?im)^(?:x-envelope-to|to)\s*:(.*)$") or _first_address(
        letter.original, r"(?i)\bfor\s+<([^>]+)>"
    )
    return [sent_to] if sent_to else [best[1]] if best else []


def _first_address(text: str, pattern: str) -> str:
    pieces: Sequence[str] = re.findall(pattern, text) if pattern else [text]
    return next((found[0] for piece in pieces if (found := ADDRESS.search(piece))), "")


def _code(status: str, diagnostic: str) -> str:
    """The most telling code: an enhanced one of the report, refined by its diagnostic text, or the plain reply code."""
    stated, detailed = _ENHANCED.search(status), _ENHANCED.search(diagnostic)
    if stated and not (stated[1].endswith(".0.0") and detailed and detailed[1][0] == stated[1][0]):
        return stated[1]
    if detailed:
        return detailed[1]
    plain = _REPLY.search(diagnostic) or _REPLY.search(status)
    return plain[1] if plain else ""


def _reason(diagnostic: str, text: str) -> str:
    if diagnostic:
        return re.sub(r"^\s*(?:smtp|x-[\w-]+)\s*;\s*", "", diagnostic, flags=re.IGNORECASE)[:300]
    for code in (_REPLY, _ENHANCED):
        for line in text.splitlines():
            if code.search(line) and len(line.strip()) > 12:
                return " ".join(line.split())[:300]
    for line in text.splitlines():
        if _TELLING.search(line) and not _PREAMBLE.search(line):
            return " ".join(line.split())[:300]
    return ""


def _is_automatic(letter: Letter) -> bool:
    if any(letter.header(name) for name in ("x-autoreply", "x-autorespond", "x-autoresponder")):
        return True
    if letter.header("precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    return bool(_ABSENCE.search(letter.header("subject")))


_ABSENCE = re.compile(
    r"(?i)out of (?:the )?office|automatic reply|auto-?reply|autoreply|auto:|away from (?:the |my )?(?:office"
    r"|desk)|on (?:annual )?leave"
    r"|abwesen|automatische antwort|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina"
    r"|resposta automática|ausência|balasan otomatis|sedang cuti|di luar kantor|^away\b"
)
_OUT = re.compile(
    r"(?i)^\W*(?:hi|hello|dear[\w\s]*)?\W*(?:please |kindly )?(?:can you |could you )?(?:unsubscribe"
    r"|remove (?:me|us|my)|take me off|stop (?:sending|e-?mailing|mailing)"
    r"|opt.?(?:me )?out|abmelden|bitte (?:streichen|entfernen|austragen)|mohon (?:hapus|berhenti)"
    r"|berhenti berlangganan|hapus (?:saya|email)"
    r"|(?:por favor )?(?:darme|denme|dame) de baja|désabonne|se désinscrire|descadastr|cancelar (?:a )?inscri)"
)


def _wants_out(letter: Letter) -> bool:
    """A person's answer that asks to be left alone, in the subject or the first lines that are no quotation."""
    said = [line for line in letter.text.splitlines() if line.strip() and not line.lstrip().startswith(">")][:4]
    subject = re.sub(r"(?i)^\s*(?:re|fwd?|aw|antw|sv|bls)\s*:\s*", "", letter.header("subject"))
    return any(_OUT.search(line) for line in (subject, *said))


def human_part(text: str) -> tuple[str, str]:
    """A text cut where the message that was sent begins: what is said about it, and the rest."""
    found = _ORIGINAL.search(text)
    return (text[: found.start()], text[found.start() :]) if found else (text, "")
