"""Words of street lines and their one short form."""

_FORMS = """
st street str strt stret strasse straat
ave avenue av aven avenu avenida avda
rd road
blvd boulevard boul bd
dr drive drv
ln lane
ct court crt
pl place plaza plz platz
sq square
ter terrace terr
pkwy parkway pky
hwy highway hway
cir circle circ
cres crescent
cl close
gdns gardens gdn
trl trail
expy expressway
fwy freeway
mt mount
ctr center centre cntr
bldg building gedung gd gdg
fl floor lantai lt piso etage
apt apartment appt appartement apartemen
ste suite
rm room
dept department
jl jalan jln
gg gang
komp kompleks complex
perum perumahan
kav kaveling kavling
blok block blk
kel kelurahan
kec kecamatan
kab kabupaten
no nr num numero nomor
n north
s south
e east
w west
ne northeast
nw northwest
se southeast
sw southwest
calle
rue rua
via
"""
STREET_WORDS: dict[str, str] = {
    word: words[0] for words in (line.split() for line in _FORMS.strip().splitlines()) for word in words[1:]
}
UNIT_WORDS = "apartment|apt|appt|bldg|building|etage|flat|floor|fl|lantai|lt|piso|room|rm|suite|ste|unit"
"""Words before the number of a unit within a house, as alternatives of a pattern."""
