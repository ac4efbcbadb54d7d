"""Hard and soft, decided for every bounce of the reference mails by a person who read them."""

from pathlib import Path

import pytest

from audit.sources import load
from audit.sources.bounce_severity import severity

# Soft: full, too large, refused for what was sent or who sent it, passing. All others are hard.
SOFT_IN_MBOX = {
    "recipient-mailbox-is-full@docomo.ne.jp",
    "this-message-excees-limit-50",
    "this-message-is-too-big-for-",
    "this-destination-mailbox-is-",
    "sent-message-is-too-big-for-",
    "illegal-attachment-on-the-me",
    "too-big-message-this-is@comp",
    "too-big-message-to-your@exam",
    "very-very-big-message-to-you",
    "mailboxfull@example.kyoto.jp",
    "the-postmaster-and-webmaster",
    "mailer-program@example.jp",
}
SOFT_LETTERS = set(
    "lhost-amazonses-01 lhost-barracuda-01 lhost-biglobe-01 lhost-dragonfly-01 lhost-einsundeins-02 lhost-exim-01 "
    "lhost-fml-02 lhost-gmx-01 lhost-googleworkspace-01 lhost-kddi-01 lhost-outlook-01 lhost-v5sendmail-01 lhost-x4-01 "
    "lhost-x6-01 rhost-cloudflare-01 rhost-cox-01 rhost-godaddy-02 rhost-messagelabs-01 rhost-microsoft-01".split()
)


@pytest.mark.shared
def test_hard_and_soft_of_real_bounces(shared: Path) -> None:
    activity = load([shared / "data/crm/bounce-mails"])["activity"]
    bounces = activity.frame[(activity["type"] == "bounce").to_numpy()]
    files = activity.lineage.loc[bounces.index, "file"].astype(str)
    wrong = []
    for address, kind, file in zip(bounces["contact_email"], bounces["bounce_type"], files, strict=True):
        in_mbox = any(address.startswith(start) for start in SOFT_IN_MBOX)
        truth = "soft" if (in_mbox if file.endswith(".mbox") else Path(file).stem in SOFT_LETTERS) else "hard"
        if kind != truth:
            wrong.append((file, address, kind))
    assert len(bounces) == 105
    assert len(wrong) <= 0.05 * len(bounces), wrong
    assert not files.str.startswith("not-bounces").any()


@pytest.mark.parametrize(
    ("code", "diagnostic", "kind"),
    [
        ("5.1.1", "550 5.1.1 User unknown", "hard"),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", "hard"),
        ("5.1.2", "Host or domain name not found", "hard"),
        ("5.2.2", "552 5.2.2 Mailbox full", "soft"),
        ("5.2.2", "The recipient's inbox is out of storage space and over quota", "soft"),
        ("5.7.1", "550 5.7.1 Message rejected due to spam content", "soft"),
        ("5.7.1", "554 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org", "soft"),
        ("5.0.0", "550 Greylisted, please try again in 300 seconds", "soft"),
        ("5.7.26", "550-5.7.26 Unauthenticated email from x.example is not accepted due to DMARC policy", "soft"),
        ("4.4.1", "451 4.4.1 timed out", "soft"),
        ("5.0.0", "", "hard"),
        ("", "", "hard"),
    ],
)
def test_the_words_decide_before_the_code(code: str, diagnostic: str, kind: str) -> None:
    assert severity(code, "failed", diagnostic, "") == kind
