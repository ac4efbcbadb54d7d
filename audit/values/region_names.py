"""First-level regions of large countries: the codes of ISO 3166-2 and the names in use, English and local."""

from collections.abc import Mapping

REGIONS: Mapping[str, str] = {
    "US": """
AL Alabama; AK Alaska; AZ Arizona; AR Arkansas; CA California; CO Colorado; CT Connecticut; DE Delaware;
DC District of Columbia, Washington DC, Washington D.C.; FL Florida; GA Georgia; HI Hawaii; ID Idaho; IL Illinois;
IN Indiana; IA Iowa; KS Kansas; KY Kentucky; LA Louisiana; ME Maine; MD Maryland; MA Massachusetts; MI Michigan;
MN Minnesota; MS Mississippi; MO Missouri; MT Montana; NE Nebraska; NV Nevada; NH New Hampshire; NJ New Jersey;
NM New Mexico; NY New York, New York State; NC North Carolina; ND North Dakota; OH Ohio; OK Oklahoma; OR Oregon;
PA Pennsylvania; RI Rhode Island; SC South Carolina; SD South Dakota; TN Tennessee; TX Texas; UT Utah; VT Vermont;
VA Virginia; WA Washington, Washington State; WV West Virginia; WI Wisconsin; WY Wyoming; PR Puerto Rico; GU Guam;
VI Virgin Islands; AS American Samoa; MP Northern Mariana Islands; AA Armed Forces Americas; AE Armed Forces Europe;
AP Armed Forces Pacific
""",
    "CA": """
AB Alberta; BC British Columbia, Colombie-Britannique; MB Manitoba; NB New Brunswick, Nouveau-Brunswick;
NL Newfoundland and Labrador, Newfoundland; NS Nova Scotia, Nouvelle-Écosse; NT Northwest Territories; NU Nunavut;
ON Ontario; PE Prince Edward Island, Île-du-Prince-Édouard; QC Quebec, Québec; PQ Quebec; SK Saskatchewan; YT Yukon,
Yukon Territory
""",
    "GB": """
ENG England; SCT Scotland; WLS Wales, Cymru; NIR Northern Ireland
""",
    "DE": """
BW Baden-Württemberg, Baden-Wurttemberg, Baden-Wuerttemberg; BY Bayern, Bavaria; BE Berlin; BB Brandenburg; HB Bremen;
HH Hamburg; HE Hessen, Hesse; MV Mecklenburg-Vorpommern; NI Niedersachsen, Lower Saxony;
NW Nordrhein-Westfalen, North Rhine-Westphalia; NRW Nordrhein-Westfalen; RP Rheinland-Pfalz, Rhineland-Palatinate;
SL Saarland; SN Sachsen, Saxony; ST Sachsen-Anhalt, Saxony-Anhalt; SH Schleswig-Holstein; TH Thüringen, Thuringia
""",
    "AU": """
ACT Australian Capital Territory; NSW New South Wales; NT Northern Territory; QLD Queensland; SA South Australia;
TAS Tasmania; VIC Victoria; WA Western Australia
""",
    "ID": """
AC Aceh, Nanggroe Aceh Darussalam; BA Bali; BT Banten; BE Bengkulu; GO Gorontalo; JA Jambi; JB Jawa Barat, West Java;
JI Jawa Timur, East Java; JK Jakarta, DKI Jakarta, Jakarta Raya, Special Capital Region of Jakarta;
JT Jawa Tengah, Central Java; KB Kalimantan Barat, West Kalimantan; KI Kalimantan Timur, East Kalimantan;
KR Kepulauan Riau, Riau Islands; KS Kalimantan Selatan, South Kalimantan; KT Kalimantan Tengah, Central Kalimantan;
KU Kalimantan Utara, North Kalimantan; LA Lampung; MA Maluku; MU Maluku Utara, North Maluku;
NB Nusa Tenggara Barat, West Nusa Tenggara, NTB; NT Nusa Tenggara Timur, East Nusa Tenggara, NTT; PA Papua;
PB Papua Barat, West Papua; PD Papua Barat Daya, Southwest Papua; PE Papua Pegunungan, Highland Papua;
PS Papua Selatan, South Papua; PT Papua Tengah, Central Papua; RI Riau; SA Sulawesi Utara, North Sulawesi;
SB Sumatera Barat, West Sumatra, Sumatra Barat; SG Sulawesi Tenggara, Southeast Sulawesi;
SN Sulawesi Selatan, South Sulawesi; SR Sulawesi Barat, West Sulawesi; SS Sumatera Selatan, South Sumatra;
ST Sulawesi Tengah, Central Sulawesi; SU Sumatera Utara, North Sumatra;
YO Yogyakarta, DI Yogyakarta, Daerah Istimewa Yogyakarta, Special Region of Yogyakarta;
BB Kepulauan Bangka Belitung, Bangka Belitung, Bangka Belitung Islands
""",
    "IN": """
AP Andhra Pradesh; AR Arunachal Pradesh; AS Assam; BR Bihar; CG Chhattisgarh; CT Chhattisgarh; GA Goa; GJ Gujarat;
HR Haryana; HP Himachal Pradesh; JH Jharkhand; KA Karnataka; KL Kerala; MP Madhya Pradesh; MH Maharashtra; MN Manipur;
ML Meghalaya; MZ Mizoram; NL Nagaland; OD Odisha, Orissa; OR Odisha; PB Punjab; RJ Rajasthan; SK Sikkim;
TN Tamil Nadu, Tamilnadu; TG Telangana; TS Telangana; TR Tripura; UP Uttar Pradesh; UK Uttarakhand; UT Uttarakhand;
WB West Bengal; AN Andaman and Nicobar Islands; CH Chandigarh; DH Dadra and Nagar Haveli and Daman and Diu;
DL Delhi, New Delhi, NCT of Delhi; JK Jammu and Kashmir, Jammu & Kashmir; LA Ladakh; LD Lakshadweep;
PY Puducherry, Pondicherry
""",
    "BR": """
AC Acre; AL Alagoas; AP Amapá; AM Amazonas; BA Bahia; CE Ceará; DF Distrito Federal, Federal District;
ES Espírito Santo; GO Goiás; MA Maranhão; MT Mato Grosso; MS Mato Grosso do Sul; MG Minas Gerais; PA Pará; PB Paraíba;
PR Paraná; PE Pernambuco; PI Piauí; RJ Rio de Janeiro; RN Rio Grande do Norte; RS Rio Grande do Sul; RO Rondônia;
RR Roraima; SC Santa Catarina; SP São Paulo; SE Sergipe; TO Tocantins
""",
    "MX": """
AGU Aguascalientes; BCN Baja California; BCS Baja California Sur; CAM Campeche; CHP Chiapas; CHH Chihuahua;
CMX Ciudad de México, CDMX, Mexico City, Distrito Federal; COA Coahuila, Coahuila de Zaragoza; COL Colima; DUR Durango;
GUA Guanajuato; GRO Guerrero; HID Hidalgo; JAL Jalisco; MEX Estado de México, México, State of Mexico;
MIC Michoacán, Michoacán de Ocampo; MOR Morelos; NAY Nayarit; NLE Nuevo León; OAX Oaxaca; PUE Puebla;
QUE Querétaro; ROO Quintana Roo; SLP San Luis Potosí; SIN Sinaloa; SON Sonora; TAB Tabasco; TAM Tamaulipas;
TLA Tlaxcala; VER Veracruz, Veracruz de Ignacio de la Llave; YUC Yucatán; ZAC Zacatecas
""",
}
"""By country, "CODE Name, other name; ..."; codes that were replaced (PQ, OR for Odisha) and short forms in use too."""

CODED = frozenset({"US", "CA", "AU", "BR", "MX"})
"""Countries in whose addresses the region is written as its code."""

ALSO_OF: Mapping[str, tuple[str, ...]] = {
    "acre": ("IL",),
    "amazonas": ("CO", "PE", "VE"),
    "bali": ("CM", "GR"),
    "bihar": ("HU",),
    "distritofederal": ("VE",),
    "durango": ("ES",),
    "florida": ("UY",),
    "georgia": ("GE",),
    "maryland": ("LR",),
    "mexico": ("PH",),
    "montana": ("BG",),
    "papua": ("PG",),
    "punjab": ("PK",),
    "santacatarina": ("CV",),
    "victoria": ("SC",),
}
"""Names, folded without blanks, that regions of other countries bear as well."""
