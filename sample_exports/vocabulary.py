"""The words the sample company's world is made of: people, places, trades and phone ranges, by country."""

from dataclasses import dataclass

GIVEN: dict[str, tuple[str, ...]] = {
    "ID": tuple(
        """Adi Agus Aditya Andi Anisa Arif Ayu Bagus Bambang Bayu Budi Cahyo Citra Dedi Desi Dewi
        Dian Dimas Dinda Eka Eko Endang Fajar Farah Fitri Galih Gita Hadi Hana Hendra Heru Ika
        Indah Indra Intan Irfan Joko Kartika Kurnia Laras Lestari Lia Lina Maya Mega Melati Nanda
        Nia Nina Novi Nur Putri Rahmat Rangga Ratna Reza Rian Rina Rizki Sari Satria Sinta Siti
        Sri Surya Teguh Tika Tri Wahyu Wati Wulan Yanti Yoga Yudi Yuni Zahra""".split()
    ),
    "SG": tuple(
        """Wei-Ming Jia-Hui Kok-Leong Mei-Ling Zhi-Hao Xin-Yi Boon-Keng Siew-Hwa Jun-Jie Hui-Min
        Kai-Xiang Li-Ting Chee-Keong Pei-Shan Yong-Sheng Shu-Fen Aiden Rachel Bryan Cheryl Darren
        Evelyn Gerald Joanne Kelvin Melissa Nicholas Priscilla Raymond Serene Terence Valerie
        Winston Yvonne Aravind Deepa Ganesh Kavitha Mohan Nalini Prakash Shanti Suresh Vani Faizal
        Hafiz Izzati Khairul Nadiah Rohani Syafiq Zulaikha""".split()
    ),
    "DE": tuple(
        """Andreas Anja Annika Bernd Birgit Björn Carsten Christina Claudia Daniel Dirk Eva Florian
        Frank Franziska Gerhard Gisela Günter Hannah Heike Helga Holger Ilse Ingrid Jana Jens
        Joachim Jonas Jörg Julia Jürgen Karin Katharina Kerstin Klaus Lars Lena Lukas Manfred
        Markus Martina Matthias Monika Nadine Nicole Niklas Oliver Petra Rainer Renate Sabine
        Sandra Sebastian Silke Simon Sören Stefan Susanne Sven Tanja Thorsten Tobias Torsten
        Ulrike Ursula Uwe Volker Wolfgang""".split()
    ),
    "GB": tuple(
        """Alan Alison Amelia Andrew Angela Barry Beth Callum Catherine Charlotte Claire Craig David
        Deborah Dominic Duncan Edward Eleanor Emma Fiona Gareth Gemma Geoffrey George Gillian
        Graham Harriet Hazel Helen Imogen Isabel James Jenny Joanna Jonathan Judith Keith Kenneth
        Laura Leonard Lorna Lucy Malcolm Margaret Michael Moira Nigel Oliver Patricia Peter
        Philippa Rebecca Robert Rosalind Samuel Sarah Sheila Stuart Susan Thomas Timothy Victoria
        William""".split()
    ),
    "US": tuple(
        """Aaron Abigail Alexander Amanda Anthony Ashley Austin Benjamin Brandon Brittany Carlos
        Christopher Courtney Daniel Denise Diego Donna Elizabeth Emily Eric Gabriela Gregory
        Heather Jacob Janet Jason Jeffrey Jennifer Jessica Joseph Joshua Justin Kathleen Kevin
        Kimberly Kyle Lauren Linda Luis Marcus Maria Matthew Megan Melanie Nathan Nicole Pamela
        Patrick Rachel Ricardo Samantha Scott Sean Shannon Stephanie Steven Tiffany Timothy Tyler
        Vanessa Zachary""".split()
    ),
    "MY": tuple(
        """Aiman Amirah Azlan Aziz Chong-Wei Farid Fatimah Hafizah Hakim Halim Ismail Jamilah Kamal
        Latifah Mahathir Mariam Nabila Nazri Norazlina Rashid Rosnah Salmah Shahrul Siew-Ling
        Suhana Yusof Zainab Zaki""".split()
    ),
    "NL": tuple(
        """Anouk Bart Bram Daan Eline Femke Floris Gerrit Hanneke Jeroen Joost Karel Lieke Lotte
        Maarten Marieke Marloes Niels Pieter Roos Ruben Sander Sanne Sjoerd Tess Thijs Willem
        Wouter""".split()
    ),
    "AU": tuple(
        """Adelaide Angus Bronwyn Cameron Darcy Ebony Fergus Georgia Hamish Indiana Jarrod Kirsty
        Lachlan Matilda Mitchell Narelle Olivia Rhys Shaun Tahlia Trent Zoe""".split()
    ),
    "AT": tuple(
        """Alois Barbara Elfriede Florian Gernot Johanna Leopold Magdalena Reinhard Theresia Veronika
        Wolfram Cornelia Dominik Elisabeth Gottfried Hermine Irmgard Josef Karoline Lorenz Margit
        Norbert Ottilie Philipp Roswitha""".split()
    ),
    "CH": tuple(
        """Beat Corinne Daniela Fabian Gian Katja Lukas Nadja Regula Reto Sibylle Urs Adrian Bettina
        Cyrill Denise Flurin Gabriela Hansruedi Ladina Marcel Noemi Roman Seraina Tobias Ursina""".split()
    ),
}

FAMILY: dict[str, tuple[str, ...]] = {
    "ID": tuple(
        """Wijaya Santoso Hidayat Pratama Saputra Nugroho Kusuma Setiawan Gunawan Susanto Hartono
        Permana Ramadhan Wibowo Siregar Nasution Simanjuntak Hutapea Lubis Harahap Purnomo Suryadi
        Maulana Firmansyah Kurniawan Utami Rahayu Anggraini Puspita Handayani Safitri Maharani
        Wulandari Oktaviani Yulianti Sihombing Tarigan Ginting Manurung Pangestu Prasetyo Suhendra
        Iskandar Halim Tanoto Budiman Mulyadi Sulaiman Syahputra Irawan Darmawan Adiputra Baskoro""".split()
    ),
    "SG": tuple(
        """Tan Lim Lee Ng Ong Wong Goh Chua Chan Koh Teo Ang Yeo Tay Ho Low Toh Sim Chong Chia Seah
        Quek Foo Phua Heng Loh Neo Pillai Nair Krishnan Raman Subramaniam Menon Rahman Ibrahim
        Osman Salleh Yusoff""".split()
    ),
    "DE": tuple(
        """Albrecht Bachmann Bauer Beckmann Böhm Brandt Braun Busch Dietrich Ebert Engel Fiedler
        Förster Frank Franke Friedrich Fuchs Graf Groß Günther Haas Hahn Hartmann Heinrich
        Herrmann Hoffmann Huber Jäger Jansen Jung Kaiser Keller Köhler König Krämer Krause Kröger
        Kühn Lange Lehmann Lorenz Ludwig Maier Möller Müller Neumann Otto Pfeiffer Pohl Richter
        Roth Sauer Schäfer Schmitz Schneider Scholz Schreiber Schröder Schubert Schulte Seidel
        Sommer Stein Vogel Voigt Wagner Walther Weiß Werner Winkler Winter Wolff Ziegler
        Zimmermann""".split()
    ),
    "GB": tuple(
        """Abbott Ashworth Atkinson Barlow Bennett Blackwood Bradshaw Burgess Chadwick Clarke Cooper
        Davies Ellison Entwistle Evans Fairclough Fletcher Garrett Gibson Grantham Hargreaves
        Harrison Hewitt Holloway Hughes Jenkins Kendall Lockwood MacDonald Marsden McAllister
        Middleton Mitchell Morgan Naylor O'Connor Osborne Parkinson Pemberton Pritchard Radcliffe
        Rhodes Robertson Sanderson Shepherd Stafford Sutcliffe Thornton Turnbull Walker Whitaker
        Wilkinson Woodhouse Yates""".split()
    ),
    "US": tuple(
        """Anderson Baker Bishop Caldwell Campbell Castillo Coleman Cunningham Delgado Dixon Douglas
        Ellis Espinoza Fisher Foster Freeman Gardner Gonzalez Griffin Hamilton Hawkins Henderson
        Hernandez Holmes Jackson Jordan Kowalski Lawson Maldonado Marshall McCarthy Mendoza Miller
        Montgomery Nguyen Olson Ortega Patterson Peterson Ramirez Reynolds Rivera Rosenberg Russo
        Sandoval Schwartz Simmons Sullivan Thompson Vasquez Walsh Washington Weaver Whitfield
        Zimmer""".split()
    ),
    "MY": tuple(
        """Abdullah Hassan Ismail Omar Razak Zakaria Mansor Jaafar Bakar Lee Chew Ooi Yap Kumar
        Ramasamy Idris Mokhtar Sulong Ghani Johari""".split()
    ),
    "NL": tuple(
        """Bakker Bosman Brouwer Dekker Dijkstra Hendriks Hoekstra Huisman Janssen Kuipers Meijer
        Mulder Peeters Postma Schouten Smit Timmermans Veenstra Verhoeven Visser Vos Willems
        de-Boer de-Vries van-Dijk van-der-Berg""".split()
    ),
    "AU": tuple(
        """Armstrong Barrett Callaghan Donnelly Fitzgerald Gallagher Hutchins Kearney Lawler McGrath
        Mulligan Nolan Pascoe Quinlan Rafferty Sheridan Trevithick Vickers Whelan""".split()
    ),
    "AT": tuple(
        """Auer Brunner Gruber Haider Hofer Lechner Moser Pichler Steiner Wallner Aigner Berger Eder Fuchs Holzer
        Leitner Mayr Reiter Schwarz Wimmer""".split()
    ),
    "CH": tuple(
        """Amstutz Bürgi Frei Gerber Inauen Kälin Lüthi Rüegg Wyss Zürcher Aebischer Brunner Egli Hunziker Marti
        Odermatt Suter Tobler Vonlanthen Zbinden""".split()
    ),
}

SINGLE = tuple(
    """Sumarni Suharyono Paijo Tukiman Wagiyem Sutrisno Mulyono Suparman Kasmini Ngadiman Sukarti
    Warsito Slamet Sumiyati Darsono Poniman Rusmini Supriyadi Sutarjo Wiyono Suryono Martono
    Karsinah Jumadi Sugiarto""".split()
)

NICKNAMES = {
    "Michael": "Mike", "Robert": "Bob", "William": "Bill", "James": "Jim", "Elizabeth": "Liz", "Jennifer": "Jen",
    "Christopher": "Chris", "Matthew": "Matt", "Joshua": "Josh", "Benjamin": "Ben", "Samantha": "Sam",
    "Kathleen": "Kathy",
    "Nicholas": "Nick", "Thomas": "Tom", "Timothy": "Tim", "Rebecca": "Becky", "Patricia": "Pat", "Andrew": "Andy",
    "Catherine": "Cathy", "Deborah": "Debbie", "Edward": "Ed", "Samuel": "Sam", "Alexander": "Alex", "Gregory": "Greg",
    "Joseph": "Joe", "Steven": "Steve", "Susan": "Sue", "Jeffrey": "Jeff", "Daniel": "Dan", "Anthony": "Tony",
    "Kenneth": "Ken", "Jonathan": "Jon", "Victoria": "Vicky", "Margaret": "Maggie", "Kimberly": "Kim", "Pamela": "Pam",
}  # fmt: skip


@dataclass(frozen=True)
class City:
    """A place: state, postcodes, landline range (`area` without the leading zero, `local` the first digits)."""

    name: str
    state: str
    postcodes: tuple[str, ...]
    area: str
    local: str
    digits: int
    streets: tuple[str, ...]


_ID_ROADS = ("Jl. Gatot Subroto", "Jl. Raya Industri", "Jl. Ahmad Yani", "Jl. Diponegoro", "Jl. Pelabuhan")
_SG_ROADS = ("Tuas Avenue 10", "Pandan Loop", "Jurong Port Road", "Changi South Lane", "Senoko Drive")
_DE_ROADS = ("Industriestraße", "Am Kühlhaus", "Hafenstraße", "Gewerbepark", "Bahnhofstraße")
_GB_ROADS = ("Station Road", "Enterprise Way", "Dock Street", "Coldstore Lane", "Mill Road")
_US_ROADS = ("Industrial Parkway", "Commerce Drive", "Harbor Boulevard", "Distribution Way", "Railroad Avenue")

CITIES: dict[str, tuple[City, ...]] = {
    "ID": (
        City("Jakarta", "DKI Jakarta", ("10110", "12190", "13930", "14350"), "21", "5550", 4, _ID_ROADS),
        City("Bekasi", "Jawa Barat", ("17530", "17141"), "21", "8890", 4, _ID_ROADS),
        City("Bandung", "Jawa Barat", ("40111", "40257"), "22", "550", 4, _ID_ROADS),
        City("Surabaya", "Jawa Timur", ("60174", "60293"), "31", "555", 4, _ID_ROADS),
        City("Semarang", "Jawa Tengah", ("50145", "50232"), "24", "555", 4, _ID_ROADS),
        City("Makassar", "Sulawesi Selatan", ("90111", "90245"), "411", "55", 4, _ID_ROADS),
        City("Denpasar", "Bali", ("80113", "80225"), "361", "55", 4, _ID_ROADS),
        City("Medan", "Sumatera Utara", ("20112", "20371"), "61", "555", 4, _ID_ROADS),
    ),
    "SG": (City("Singapore", "", ("608586", "637361", "619110", "498823", "758251"), "", "6555", 4, _SG_ROADS),),
    "DE": (
        City("Berlin", "Berlin", ("10115", "12099", "13355"), "30", "23125", 3, _DE_ROADS),
        City("Frankfurt am Main", "Hessen", ("60314", "65933"), "69", "90009", 3, _DE_ROADS),
        City("Hamburg", "Hamburg", ("20457", "21107", "22113"), "40", "66969", 3, _DE_ROADS),
        City("Köln", "Nordrhein-Westfalen", ("50735", "51149"), "221", "4710", 3, _DE_ROADS),
        City("München", "Bayern", ("80339", "81379"), "89", "99998", 3, _DE_ROADS),
    ),
    "GB": (
        City("London", "England", ("E16 2HB", "SE8 5HW", "NW10 7LQ"), "20", "79460", 3, _GB_ROADS),
        City("Manchester", "England", ("M17 1SN", "M41 7LG"), "161", "4960", 3, _GB_ROADS),
        City("Birmingham", "England", ("B24 9QP", "B7 5SA"), "121", "4960", 3, _GB_ROADS),
        City("Leeds", "England", ("LS9 0PS", "LS11 5TD"), "113", "4960", 3, _GB_ROADS),
        City("Glasgow", "Scotland", ("G51 4BP", "G41 1HH"), "141", "4960", 3, _GB_ROADS),
        City("Bristol", "England", ("BS11 8DE", "BS2 0XJ"), "117", "4960", 3, _GB_ROADS),
    ),
    "US": (
        City("New York", "NY", ("10013", "10474"), "212", "55501", 2, _US_ROADS),
        City("Chicago", "IL", ("60609", "60638"), "312", "55501", 2, _US_ROADS),
        City("Houston", "TX", ("77029", "77092"), "713", "55501", 2, _US_ROADS),
        City("Atlanta", "GA", ("30318", "30336"), "404", "55501", 2, _US_ROADS),
        City("Seattle", "WA", ("98108", "98134"), "206", "55501", 2, _US_ROADS),
        City("Los Angeles", "CA", ("90021", "90058"), "213", "55501", 2, _US_ROADS),
        City("Boston", "MA", ("02118", "02210"), "617", "55501", 2, _US_ROADS),
        City("Denver", "CO", ("80216", "80239"), "303", "55501", 2, _US_ROADS),
        City("Miami", "FL", ("33142", "33166"), "305", "55501", 2, _US_ROADS),
        City("Philadelphia", "PA", ("19148", "19154"), "215", "55501", 2, _US_ROADS),
    ),
    "MY": (
        City("Shah Alam", "Selangor", ("40150", "40400"), "3", "5550", 4,
        ("Jalan Utas", "Persiaran Kemajuan", "Jalan Jubli Perak")),
        City("Johor Bahru", "Johor", ("81100", "80350"), "7", "555", 4,
        ("Jalan Tampoi", "Jalan Kempas", "Jalan Riang")),
    ),
    "NL": (
        City("Rotterdam", "Zuid-Holland", ("3089 KN", "3044 BC"), "10", "555", 4,
        ("Reeweg", "Waalhaven", "Spaanse Polder")),
        City("Venlo", "Limburg", ("5928 RH", "5916 PV"), "77", "555", 4,
        ("Columbusweg", "Ariensstraat", "Venrayseweg")),
    ),
    "AU": (
        City("Sydney", "NSW", ("2148", "2164"), "2", "5550", 4,
        ("Pacific Highway", "Cold Storage Drive", "Foundry Road")),
        City("Melbourne", "VIC", ("3029", "3175"), "3", "5550", 4,
        ("Footscray Road", "Foundation Road", "Boundary Road")),
    ),
    "AT": (City("Wien", "Wien", ("1110", "1230"), "1", "5550", 4, ("Laxenburger Straße", "Großmarktstraße")),),
    "CH": (City("Zürich", "Zürich", ("8005", "8048"), "44", "555", 4, ("Hardturmstrasse", "Förrlibuckstrasse")),),
}  # fmt: skip

COUNTRY_NAMES = {
    "ID": "Indonesia", "SG": "Singapore", "DE": "Germany", "GB": "United Kingdom", "US": "United States",
    "MY": "Malaysia",
    "NL": "Netherlands", "AU": "Australia", "AT": "Austria", "CH": "Switzerland",
}  # fmt: skip
DIAL_CODES = {
    "ID": "62", "SG": "65", "DE": "49", "GB": "44", "US": "1", "MY": "60", "NL": "31", "AU": "61", "AT": "43",
    "CH": "41",
}  # fmt: skip
COUNTRY_SHARE = {
    "ID": 28, "SG": 13, "DE": 20, "GB": 13, "US": 12, "MY": 4, "NL": 4, "AU": 3, "AT": 2, "CH": 1.5,
}  # fmt: skip
MOBILES: dict[str, tuple[str, int]] = {
    "ID": ("8125550", 4), "SG": ("9123", 4), "DE": ("176040690", 2), "GB": ("740012", 4), "US": ("", 0),
    "MY": ("12555", 4),
    "NL": ("65550", 4), "AU": ("4915701", 2), "AT": ("664555", 4), "CH": ("79555", 4),
}  # fmt: skip
"""Mobile ranges: the first digits and how many follow. American direct lines come from the drama ranges."""


@dataclass(frozen=True)
class Trade:
    """How companies of a country are called: `first` and `second` make the stem, then their trade and legal form."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    kinds: tuple[str, ...]
    forms: tuple[str, ...]
    joined: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TRADE: dict[str, Trade] = {
    "ID": Trade(
        _words(
            """Kembara Sagara Arunika Baswara Candrika Dwipa Ganendra Hastina Jayantara Kalingga
            Lokananta Mandala Nirwasita Padmasari Raksaka Saraswanti Tirtamaya Ulinara Wanara
            Yudhisti Bumiraya Caksana Dharmaloka Ekawira Girindra"""
        ),
        _words(
            "Harsaya Jaladara Kertanusa Laksamaya Mahardika Nusaharja Palagan Rinjara Sembada Tanjungsari Wirabakti"
        ),
        (
            "Pangan",
            "Farma",
            "Boga Segar",
            "Logistik",
            "Medika",
            "Bahari",
            "Rantai Dingin",
            "Distribusindo",
            "Susu Prima",
        ),
        ("PT {}", "PT {}", "PT {} Tbk", "CV {}"),
    ),
    "SG": Trade(
        _words(
            "Seletar Merbau Kallara Pelangi Marinade Katongra Nimbusea Tanglin Temasera Jadewell Eastlight Silverfin"
        ),
        _words("Crest Harbour Orchid Bridge Straits Peak Lantern Garden Quay Summit Pavilion"),
        ("Foods", "Pharma Logistics", "Cold Storage", "Seafood", "Biomedical", "Provisions"),
        ("{} Pte Ltd", "{} Pte. Ltd.", "{} Pte Ltd"),
    ),
    "DE": Trade(
        _words(
            """Nord Hanse Rhein Alpen Havel Isar Taunus Ostsee Weser Spree Neckar Harz Mosel Eifel
            Saale Lausitz Allgäu Franken Schwarz Kranich Linden Tannen"""
        ),
        _words("wacht kontor frisch blick hofer fang kühl felder mark quell stein brunn"),
        ("Lebensmittel", "Pharmalogistik", "Frischdienst", "Tiefkühl", "Großhandel", "Apothekenservice"),
        ("{} GmbH", "{} GmbH & Co. KG", "{} AG", "{} GmbH"),
        joined=True,
    ),
    "GB": Trade(
        _words("Ash Brindle Calder Dun Elms Fen Garth Hollin Kelder Lark Merrow Oak Pen Raven Stone Thorn Wether Wych"),
        _words("combe shaw moor worth brook dale head hanger ford field gate minster"),
        ("Foods", "Chilled Distribution", "Pharma Supply", "Cold Stores", "Dairy", "Seafoods"),
        ("{} Ltd", "{} Limited", "{} PLC", "{} LLP"),
        joined=True,
    ),
    "US": Trade(
        _words("Blue Cedar Copper Eagle Granite Iron Juniper Maple Prairie Redstone Silver Timber Walnut Amber Falcon"),
        _words("Heron Fork Ridge Bluff Bay Creek Flats Hollow Star Birch Canyon Summit"),
        ("Produce", "Pharma Distribution", "Cold Logistics", "Dairy Partners", "Foods", "Health Supply"),
        ("{} Inc.", "{} LLC", "{} Corp.", "{}, Inc."),
    ),
    "MY": Trade(
        _words("Rimbawan Seribudi Cempakaraya Melorindah Perdanajaya Kenangasari"),
        _words("Utama Gemilang Bersatu Selatan Damai Permai"),
        ("Foods", "Cold Chain", "Pharma"),
        ("{} Sdn Bhd", "{} Sdn. Bhd."),
    ),
    "NL": Trade(
        _words("Maas Polder Zuider Duin Waterland Houtrust Veen"),
        _words("zicht vlakte wester rand haven gaard"),
        ("Versgroep", "Koeltransport", "Farma"),
        ("{} B.V.", "{} BV"),
        joined=True,
    ),
    "AU": Trade(
        _words("Wattle Currawong Bindaree Ironbark Tallowood Mallee"),
        _words("Ridge Creek Plains Harbour Range"),
        ("Fresh", "Cold Freight", "Pharmacy Supply"),
        ("{} Pty Ltd", "{} Pty Ltd"),
    ),
    "AT": Trade(
        _words("Donau Wiener Tauern Steyrer Inntal"),
        _words("kontor wald blick handel"),
        ("Lebensmittel", "Pharmagroßhandel"),
        ("{} GmbH", "{} GmbH"),
        joined=True,
    ),
    "CH": Trade(
        _words("Zürisee Rätikon Säntis Aare Jura"),
        _words("park hof tor werk"),
        ("Frischlogistik", "Pharma"),
        ("{} AG", "{} GmbH"),
        joined=True,
    ),
}

INDUSTRIES = (
    "Food Distribution",
    "Pharmaceuticals",
    "Cold Storage",
    "Seafood",
    "Dairy",
    "Hospital Supply",
    "Retail Chains",
)
TITLES = (
    ("Quality Manager", 14), ("Warehouse Manager", 12), ("Supply Chain Manager", 12), ("Purchasing Manager", 10),
    ("Operations Director", 8), ("Head of Logistics", 8), ("Cold Chain Engineer", 7), ("Managing Director", 6),
    ("Facility Manager", 6), ("Regulatory Affairs Specialist", 5), ("Buyer", 5), ("Pharmacist in Charge", 4),
    ("IT Manager", 4), ("Finance Controller", 4), ("Validation Lead", 4),
)  # fmt: skip
PRODUCTS = (
    ("HM-200 Loggers", 4200, 0.5), ("HM-500 Gateways", 11500, 0.55), ("Halmera Cloud Subscription", 7800, 0.6),
    ("Calibration Service", 2600, 0.45), ("Pharma Validation Package", 21000, 0.55),
    ("Fleet Monitoring Rollout", 38000, 0.6),
)  # fmt: skip
PRICE_LIST = (
    ("HM-200 Loggers", "Instruments", 189), ("HM-500 Gateways", "Instruments", 747),
    ("HM-700 Vehicle Units", "Instruments", 498), ("Wall Brackets", "Accessories", 24),
    ("External Probes", "Accessories", 62), ("Battery Packs", "Accessories", 31),
    ("Halmera Cloud Subscription", "Software", 79), ("Audit Trail Module", "Software", 49),
    ("Calibration Service", "Services", 129), ("Pharma Validation Package", "Services", 5400),
    ("Fleet Monitoring Rollout", "Services", 9800), ("On-site Training", "Services", 1450),
)  # fmt: skip
SITES = ("cold store", "vaccine depot", "reefer fleet", "cross-dock", "main warehouse", "pharmacy hub", "freezer hall")
