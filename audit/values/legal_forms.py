"""Legal forms of companies (cleanco's terms and those it lacks) and the spelling of the other words."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from audit.values.text import fold, text_series

# Kept out of cleanco's list: words that are names, parts of names or plain words more often than forms.
_NOT_FORMS = frozenset(
    """
    at da et fa ud ok uk ec ev ad sd sp mb og bl kf ba ps hb kb private etat koop coop ent teo me pa pc ca ip pat
    pp tas sc sci ao se eg
    """.split()
)
_MORE = """
obshchestvo s ogranichennoi otvetstvennostiu; aktsionernoe obshchestvo; publichnoe aktsionernoe obshchestvo;
otkrytoe aktsionernoe obshchestvo; zakrytoe aktsionernoe obshchestvo; societatea cu raspundere limitata;
societate cu raspundere limitata; tovarystvo z obmezhenoiu vidpovidalnistiu; sp zoo; sp z oo; akg;
a d; a p s; a s; a s ve tic; ab; ab publ; ad; ag & co kg; ag & co kgaa; ag co kg; aktiebolag; aktiebolaget;
aktiengesellschaft; aktieselskab; aktieselskabet; anonim sirketi; ao; aps; as; as sti; asa; asbl; at; b v; berhad;
besloten vennootschap; bhd; bsc; bt; bv; bvba; c a; ca; cic; cio; cjsc; closed joint stock company; co; co inc; co
jsc; co limited; co ltd; co pte ltd; company; company inc; company limited; company ltd; corp; corporation; cv;
cvba; d d; d o o; dba; dd; dmcc; doo; e i r l; e k; ead; eg; ehf; eireli; eireli me; eirl; ek; ekfm; eood; epp;
eurl; firma; fz llc; fzco; fze; gbr; gesellschaft mit beschrankter haftung; gie; gk; gmbh & co; gmbh & co kg; gmbh &
co kgaa; gmbh co; gmbh co kg; godo kaisha; hf; holding as; inc; incorporated; ip; joint stock company; jsc; k k;
kabushiki gaisha; kabushiki kaisha; kft; kg; kgaa; kk; koperasi; l l c; l l p; l p; lda; limitada; limited; limited
liability company; limited liability partnership; limited partnership; limited sirketi; llc; llp; lp; ltd; ltd sti;
ltda; ltda me; mbh; me; mei; n v; naamloze vennootschap; nl; nv; nyrt; oao; obshchestvo s ogranichennoi
otvetstvennostiu; og; ohg; ojsc; ood; ooo; open joint stock company; ou; oue; oy; oy ab; oyj; p c; p l c; pa; pao;
partgmbb; pat; pc; pcl; pd; persero; persero tbk; perseroan terbatas; perum; pjsc; plc; pllc; pp; private limited;
private limited company; private ltd; proprietary limited; proprietary ltd; pt; pt tbk; pte; pte limited; pte ltd;
pty; pty limited; pty ltd; publ; public co ltd; public company limited; public joint stock company; public limited
company; pvt; pvt limited; pvt ltd; s a; s a b de c v; s a de c v; s a s; s de r l de c v; s de rl; s de rl de cv; s
k a; s p a; s r l; s r o; sa cv; sa de cv; sa nv; sab de cv; sae; sagl; sal; san ve tic; saoc; saog; sapa; sapi de
cv; sarl; sarlau; sas; sasu; sau; sc de rl; sce; sci; scop; sdn bhd; se; sendirian berhad; sia; sl; sll; slp; slu;
snc; soc coop; sociedad anonima; sociedad anonima de capital variable; sociedad de responsabilidad limitada;
sociedad limitada; sociedade anonima; societa a responsabilita limitata; societa per azioni; societe a
responsabilite limitee; societe anonyme; sp j; sp k; sp z o o; sp z oo; spa; spol s r o; spolka akcyjna; spolka z o
o; spolka z ograniczona odpowiedzialnoscia; sprl; srl; srl cv; srls; sro; stiftung & co kg; tas; tbk; tic as; too;
tov; tzov; uab; ud; ug; ug haftungsbeschrankt; ultd; unlimited; vof; vzw; w l l; wll; yayasan; yk; yugen kaisha; z o
o; zao; zoo; zrt
"""
PREFIXES = frozenset(
    """
    pt cv ud firma koperasi yayasan perum ooo oao zao pao ao jsc ojsc cjsc pjsc too tov tzov uab sia ab sa kk sarl
    srl llc ltd gmbh spa aktiebolaget
    """.split()
)
"""Forms of one word that are also written before the name: PT Astra, OOO Romashka, UAB Vilnius."""


@cache
def forms() -> frozenset[tuple[str, ...]]:
    """All legal forms, folded, as tuples of words."""
    from cleanco.clean import get_unique_terms

    terms = sorted(term for term in get_unique_terms() if term not in _NOT_FORMS)
    terms += [term.strip() for term in " ".join(_MORE.split()).split(";")]
    folded = fold(text_series(terms)).dropna().drop_duplicates()
    known = {tuple(spell_out(term.split())) for term in folded.to_list()}
    return frozenset(form for form in known if " ".join(form) not in _NOT_FORMS)


@cache
def endings() -> Mapping[str, int]:
    """The last words of all forms, and how many words the longest form with that end has."""
    found: dict[str, int] = {}
    for form in forms():
        found[form[-1]] = max(found.get(form[-1], 0), len(form))
    return MappingProxyType(found)


@cache
def beginnings() -> Mapping[str, int]:
    """The first words of the forms that may stand before a name, and how long the longest of them is."""
    found = dict.fromkeys(PREFIXES, 1)
    for form in forms():
        if len(form) > 2 or form[0] in PREFIXES:
            found[form[0]] = max(found.get(form[0], 0), len(form))
    return MappingProxyType(found)


MINOR_WORDS = frozenset(
    "and of the for de la le du des del der die und y e et in group holding holdings international".split()
)
"""Words that say little about which company it is."""

SPELLINGS = {
    "intl": "international",
    "mfg": "manufacturing",
    "bros": "brothers",
    "assoc": "associates",
    "assn": "association",
    "dept": "department",
    "govt": "government",
    "univ": "university",
    "tech": "technology",
    "technologies": "technology",
    "svcs": "services",
    "mgmt": "management",
    "natl": "national",
    "svc": "services",
    "hldgs": "holdings",
    "grp": "group",
    "ctr": "center",
    "centre": "center",
    "organisation": "organization",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    **{word: str(number) for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)},
}


def spell_out(words: list[str]) -> list[str]:
    """Words of a folded name with single letters joined ("s a" is "sa") and usual abbreviations spelled out."""
    joined: list[str] = []
    run = False
    for word in words:
        letter = len(word) == 1 and word.isalpha()
        if letter and run:
            joined[-1] += word
        else:
            joined.append(SPELLINGS.get(word, word))
        run = letter
    return joined
