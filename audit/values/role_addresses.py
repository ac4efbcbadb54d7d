"""Local parts of addresses that belong to a function, not to a person (RFC 2142 and business use)."""

ROLES = frozenset(
    """
    abuse account accounting accountant accounts accountspayable accountsreceivable admin administracion administration
    administrator admission admissions adverts advertising affiliate affiliates alert alerts all analytics anfrage ap
    apps ar archive assistance associates audit backoffice backup bestellung billing bewerbung board bod book booking
    bookings bookkeeping bot bounce bounces branch buchhaltung business businessdevelopment buyer buyers bukhgalter
    campaign campaigns care career careers cc ceo cfo channel chairman charity chat checkout clientservice
    clientservices clientsupport comercial comments commercial communication communications community company
    compliance compras comptabilite concierge conference contact contactenos contacto contactus contato content
    corporate cs cservice customer customercare customerrelations customers customerservice customersuccess
    customersupport cto data delivery deploy design desk dev developer developers devnull devops direccion director
    direktion direksi directors dispatch distribution dmca dns donate donations donotreply ecommerce editor editorial
    edu education einkauf email emails emergency employment empfang engineering enquire enquiries enquiry event events
    everyone example export exports facilities facturacion fax feedback finance finanzas financeiro fleet forms forum
    foundation founders franchise frontdesk ftp fundraising gdpr general gerencia gift global group guest guestservice
    halo hallo hd hello hellothere help helpdesk hi hilfe hiring home hostmaster hosting hotel hotline hr hrd
    humanresources import imprint inbox info infos infodesk informacion information informatica innkauf inquiries
    inquiry insurance intake integration intern internet international investor investorrelations investors invoice
    invoices invoicing ir iso it itadmin itdepartment itsupport jobs job kantor keuangan kontakt kundenservice
    kundendienst lab law lead leads leasing legal library license list listserv loans local logistics login mail
    mailbot mailer mailerdaemon mailing mailroom main maintenance majordomo management manager managers marketing
    marketplace media meeting members membership merchandise messages mis mktg mobile moderator monitoring moreinfo
    music name network news newsletter newsletters newsroom nobody noc none noreply noreplies notification
    notifications notify null office officemanager online onlinesales operation operations operator opt optout order
    orders orderdesk organizer owner packages parking partner partners partnership partnerships parts pay payable
    payment payments payroll pedidos pemasaran penjualan people personal personnel phish phishing photos planning po
    portal post postbox poste postmaster ppc pr presales presidency president press presse prensa principal privacy
    procurement product production products program programs project projects promo promotions property public
    publicidad publicity purchase purchasing purchases qa quality query questions quotation quotations quote quotes
    reception recepcion receptionist recruit recruiter recruiting recruitment recursoshumanos refund refunds
    registrar registration remittance remove rental rentals reply report reports request requests research reservas
    reservation reservations resume resumes retail returns rfp rfq rh rma root rrhh rsvp safety sales saleshelp
    salesinfo salesteam samples sav scheduling school secretaria secretary security sekretariat sender seo service
    servicedesk serviceclient servicio services shareholder ship shipping shop shopping signup soporte spam sponsor
    sponsors sponsorship staff stats store stores studio subscribe subscriptions suggestions suporte supplier
    suppliers supply support supportteam survey surveys sys sysadmin system systems tax team teamleads tech
    technical techsupport technik tender tenders test tester testing tickets tourism trade trading traffic train
    training transport travel treasurer treasury tuition umum undisclosedrecipients unsubscribe update updates uucp
    usenet user username users vendas vendor vendors ventas verkauf vertrieb verwaltung video visa visitor vip
    voicemail volunteer volunteering warehouse warranty web webadmin webmail webmaster webmasters website webteam
    welcome wholesale wordpress work workshop www yourname youremail
    """.split()
)
