"""Given names, their short forms and the formal name behind each."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

_OWN_RIGHT = 3
"""A name with so many short forms of its own is taken as formal."""

# The package lists every formal name that a short one may stand for; here is the usual one.
_USUAL = """
alexander alex al sasha alejandro
andrew andy drew andreas andre
ann anne annie
anthony tony antony antonio
benjamin ben benny
catherine cathy cate
charles charlie chuck chas carlos
christina chrissy tina
christopher chris topher kris christoph
daniel dan danny
david dave davey
deborah deb debbie debra
donald don donny
edward ed eddie ted eduardo
elizabeth liz lizzie beth betty betsy bess eliza elisabeth
eugene gene
francis frank
frederick fred freddie
geoffrey jeff geoff jeffrey jeffery
gerald gerry jerry
gregory greg
henry hank harry
jacob jake
james jim jimmy jamie jimmie
jennifer jen jenny jenn
jessica jess
john jack johnny jon jonathan johnathan
joseph joe joey jose
joshua josh
judith judy
katherine kate katie kathy kathryn katharine
kenneth ken kenny
lawrence larry laurence
leonard leo len lenny
margaret maggie meg peggy marge
mary molly maria marie
matthew matt mathew
michael mike mick mickey miguel micheal
muhammad mohammed mohamed mohammad muhamad mohamad muhammed mohd muh
nicholas nick nico nicolas
pamela pam
patricia patty trish tricia
patrick paddy pat
peter pete pedro
philip phil phillip
raymond ray
rebecca becky becca
richard rick rich dick ricky richie ricardo
robert bob rob bobby robbie roberto
ronald ron ronnie
samuel sam sammy
sandra sandy
stephen steve steven stefan steph stevie
susan sue susie
theodore theo
thomas tom tommy thom tomas
timothy tim
tobias toby
victoria vicky vicki
vincent vince vinny
walter walt wally
william bill will billy willie liam guillermo
zachary zach zack
"""


@cache
def formal_names() -> Mapping[str, str]:
    """Each known given name, folded, and the formal name it stands for (itself where it is formal)."""
    usual: dict[str, str] = {}
    for line in _USUAL.strip().splitlines():
        formal, *short = line.split()
        usual |= dict.fromkeys((formal, *short), formal)
    shorts, formals = _listed()
    found = dict(usual)
    for name in sorted(shorts.keys() | formals.keys()):
        if name in usual:
            continue
        own = len(shorts.get(name, ()))
        above = max(sorted(formals.get(name, ())), key=lambda other: len(shorts[other]), default=name)
        found[name] = name if own >= _OWN_RIGHT or len(shorts.get(above, ())) <= own else usual.get(above, above)
    # A formal name may itself have been given another.
    return MappingProxyType({name: found.get(formal, formal) for name, formal in found.items()})


@cache
def given_names() -> frozenset[str]:
    """Known given names and short forms, folded."""
    return frozenset(formal_names())


@cache
def related() -> frozenset[tuple[str, str]]:
    """Pairs of a formal name and a short form of it, both ways."""
    shorts, _ = _listed()
    pairs = {(formal, short) for formal, found in shorts.items() for short in found}
    return frozenset(pairs | {(short, formal) for formal, short in pairs})


@cache
def _listed() -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """Short forms by formal name, and formal names by short form."""
    from nicknames import name_triplets

    shorts: dict[str, set[str]] = {}
    formals: dict[str, set[str]] = {}
    for triplet in name_triplets():
        shorts.setdefault(triplet.name1, set()).add(triplet.name2)
        formals.setdefault(triplet.name2, set()).add(triplet.name1)
    return (
        MappingProxyType({name: frozenset(found) for name, found in shorts.items()}),
        MappingProxyType({name: frozenset(found) for name, found in formals.items()}),
    )
