"""The words that fields for a company's trade are filled with, to tell a slip of the keyboard from a trade."""

ENGLISH = frozenset(
    """
    accommodation accounting activities administration advertising advisory aerospace agencies agency agricultural
    agriculture airlines analytics animation apparel appliances applied architecture associations automation automotive
    aviation banking beverage beverages biotech biotechnology brewing broadcast broadcasting brokerage building
    business capital ceramics chemical chemicals clothing commerce commercial commodities communication communications
    computer computers computing construction consultancy consulting consumer contracting cosmetics courier creative
    cybersecurity dairies defense defence dental design development diagnostics digital distribution distributor
    education educational electric electrical electricity electronic electronics employment energy engineering
    entertainment environment environmental equipment estate events facilities farming fashion finance financial
    fisheries fishing fitness forestry foundation freight furniture gambling gaming gardening geology glass government
    grocery hardware health healthcare holding horticulture hospital hospitality hospitals hotels household housing
    hunting industrial industries industry information infrastructure insurance interior international internet
    investment investments jewellery jewelry judiciary laboratories laboratory landscaping laundry leasing legal leisure
    library lifestyle livestock logistics lodging machinery maintenance management manufacturer manufacturers
    manufacturing marine maritime marketing material materials mechanical media medical medicine membership
    metallurgy military mining motoring movers museums nonprofit nursing nutrition offshore operations optics
    organisation organisations organization organizations outsourcing packaging painting paper personal petroleum
    pharmaceutical pharmaceuticals pharmacies pharmacy philanthropy photography plastics plumbing political pollution
    power printing processing procurement production professional program programming property protection provider
    public publishing quarrying railway ranching realty recreation recruiting recruitment recycling refining
    religious renewable renewables rental repair research residential restaurant restaurants retail retailer retailing
    rubber safety sanitation science sciences seafood securities security semiconductor semiconductors service services
    shipbuilding shipping software solutions sporting sports staffing steel storage supplies supply surgery
    sustainability systems tailoring technologies technology telecom telecommunication telecommunications television
    textile textiles therapy timber tobacco tourism trading training translation transport transportation travel
    trucking universities university utilities vehicle vehicles venture veterinary warehouse warehousing
    waste watches water wellness wholesale wholesaler wholesaling wineries wireless woodworking writing
    """.split()
)
"""Words that something may be a misspelling of."""

NEIGHBOURS = frozenset(
    """
    administracion agricultura analytic ceramic comercial construccion cosmetic diagnostic digitale distribucion
    educacion electronica finances financials industri industria industrie informacion insurances logistic logistica
    maintenances manufacture manufactured maritim maritima mechanica medicina militar nutricion organizacion
    pharmaceutica plastic plastica politica produccion protections publica railways recreacion religions rentals
    restauran retailers securite servicos technologi technologie telecoms telekom tourisme tourist transporte
    transports vehicule
    """.split()
)
"""Words that are right as they are, in English or another language, though one letter away from one of those."""
