"""Names of months in the languages of the trade, and of time zones in mail and exports."""

_NAMES = """
1 jan january januari januar janvier janv enero ene janeiro gennaio gen jän jänner
2 feb february februari februar fév fev févr février fevrier febrero fevereiro febbraio febr pebruari
3 mar march maret märz mrz mär maerz mars marzo março marco maart mrt
4 apr april avr avril abril abr aprile
5 may mei mai mayo maio maggio mag
6 jun june juni juin junio junho giugno giu
7 jul july juli juil juillet julio julho luglio lug
8 aug august agustus agu agt ags août aout agosto ago augustus
9 sep sept september septembre septiembre setembro set settembre septiembre
10 oct october oktober okt octobre octubre outubro out ottobre ott
11 nov november nopember nop novembre noviembre novembro
12 dec december desember des dez dezember déc decembre décembre diciembre dic dezembro dicembre
"""
MONTHS: dict[str, int] = {
    name: int(number) for number, *names in (line.split() for line in _NAMES.strip().splitlines()) for name in names
}
ZONES: dict[str, float] = {
    "Z": 0,
    "UT": 0,
    "UTC": 0,
    "GMT": 0,
    "WET": 0,
    "BST": 60,
    "WEST": 60,
    "CET": 60,
    "WAT": 60,
    "CEST": 120,
    "EET": 120,
    "SAST": 120,
    "EEST": 180,
    "MSK": 180,
    "IST": 330,
    "WIB": 420,
    "WITA": 480,
    "SGT": 480,
    "HKT": 480,
    "MYT": 480,
    "PHT": 480,
    "AWST": 480,
    "WIT": 540,
    "JST": 540,
    "KST": 540,
    "AEST": 600,
    "AEDT": 660,
    "NZST": 720,
    "NZDT": 780,
    "BRT": -180,
    "EST": -300,
    "EDT": -240,
    "CST": -360,
    "CDT": -300,
    "MST": -420,
    "MDT": -360,
    "PST": -480,
    "PDT": -420,
}
"""Minutes east of Greenwich."""
