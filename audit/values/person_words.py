"""Words in and around names of people: titles, suffixes, particles."""

TITLES = frozenset(
    """
    mr mrs ms miss mx dr prof professor sir madam mdm lady lord dame hon honorable honourable rev reverend fr father sr
    sister brother capt captain col colonel lt maj major gen general sgt cpt cmdr adm eng engr ing ir arch atty
    herr frau fraulein dipl dipling med phil bapak bpk ibu bu pak sdr sdri tn ny nyonya tuan nona haji hajah hj drs
    dra drg senor senora senorita don dona srta sra monsieur madame mademoiselle mme mlle me signor signora sig
    dott dottssa avv mevrouw dhr mevr meneer sheikh shaikh sheik his her excellency president chancellor king queen
    prince princess judge justice senator pastor imam ustad ustadz datuk dato datin tan sri encik cik puan tun
    """.split()
)
SUFFIXES = frozenset(
    """
    jr sr junior senior ii iii iv phd md mba msc bsc ba ma bs ms dds dvm rn cpa cfa cfp pmp esq esquire jd llm llb dphil
    pe phr sphr cissp edd psyd mph mpa do obe mbe kbe cbe frcp frcs mp ret bcom mcom meng beng mphil
    se sh st skom ssi spd mm mh mt mkom msi mpd ak ssos amd sked skep spsi mhum sip map
    """.split()
)
"""Degrees and generations after a name, without dots; Indonesian degrees too (S.E., S.Kom., M.M.)."""
AMBIGUOUS_TITLES = frozenset(
    """
    me don sig his her king prince judge major general justice pastor tan sri tun do sr fr med phil bu
    ny tn eng president queen ing col gen arch
    """.split()
)
"""Also names or words: taken for titles only before a dot or at least two more words."""
PARTICLES = frozenset(
    """
    van von de der den del della di da do dos das du la le el al bin binti binte ibn ben bint zu zum zur af av ter ten
    te op het y e san santa st dal dalla degli delle der vom und abu abd ap ab fitz lo li
    """.split()
)
"""Lower-case words that belong to the family name after them."""
