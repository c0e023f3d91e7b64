"""Which words of a title say what its bearer works in.

Three tables, the strongest first: a weaker one is asked only where the stronger are silent. Within a
table English and German put the noun last ("sales recruiter" recruits), other languages and "of" put it
first; two functions joined as equals ("Sales & Marketing Manager") leave the function unknown.

general_management, finance, procurement, sales, marketing (with communications and media), customer_success
(with customer service), product, project_management, engineering (with software), it, data, security (of
information), research, quality, operations (production, maintenance, facilities), supply_chain, hr, legal (with
compliance), administration, design, healthcare (its professions), education. A CTO works in it; a CRO in neither sales nor risk:
the letters do not tell.
"""

from __future__ import annotations

from handraise.hygiene.titles.patterns import RuleTable

FUNCTIONS = (
    "general_management", "finance", "procurement", "sales", "marketing", "customer_success", "product",
    "project_management", "engineering", "it", "data", "security", "research", "quality", "operations", "supply_chain",
    "hr", "legal", "administration", "design", "healthcare", "education",
)  # fmt: skip

STRONG = RuleTable("""
general_management | ceo, chief executive, chief executive officer, managing director, geschaftsfuhr*, pdg, directeur general, directrice generale, director general
general_management | owner operator, owner | operator, owner and operator, owner & operator
general_management | directora general, direttore generale, diretor geral, amministratore delegato, consejero delegado, gerente general, general manager, algemeen directeur
general_management | verkstallande direktor, dyrektor generalny, gm, country manager, general director, md and ceo, md & ceo, president and ceo, chairman
none               | chief of staff, cro, cco, cso, cdo, cpo, cao, clo, chief data center, property manager
finance            | cfo, chief financial, chief financial officer, chief risk officer, chief accounting officer, chief investment officer, daf, finanzvorstand
it                 | cio, cto, chief information officer, chief technology, chief technology officer, chief technical officer, dsi, chief digital officer
security           | security operations, ciso, chief information security officer, chief security officer, cyber security, information security, it security, cybersecurity, soc analyst
security           | security engineer, security architect, security analyst, network security, it sicherheit*, informationssicherheit*, application security, vp security
marketing          | cmo, chief marketing, chief marketing officer, chief brand officer, chief communications officer, product marketing, marketing communications
sales              | chief revenue officer, chief sales officer, chief commercial officer, chief growth officer
hr                 | chro, chief human resources officer, chief people officer, chief talent officer, drh, hr business partner, people operations, people ops
operations         | coo, chief operating officer, chief operations officer
data               | data operations, data ops, etl, bi develop*, bi analy*, bi architect*, chief data officer, chief analytics officer, data scien*, data engineer*, data analy*, data architect*, business intelligence, machine learning, data warehouse, data warehous*
legal              | legal operations, legal ops, chief legal officer, chief compliance officer, general counsel, legal counsel, data protection, datenschutz*, law clerk
product            | product operations, product ops, chief product officer, product owner*, product manag*, produktmanag*, chef de produit, head of product, director of product, vp product, vp of product, product director
procurement        | procurement operations, purchasing operations, chief procurement officer, chief purchasing officer
healthcare         | chief medical officer, chief nursing officer
sales              | sales engineer*, pre sales, presales, sales operations, sales ops, revenue operations, revops, revenue ops, account executive*, account manager*, key account*, account director
sales              | business development, salesforce sales, vertriebsinnendienst, vertriebsaussendienst, technico commercial*, chef des ventes, retail sales, pharmacy sales, pharmaceutical sales, sales development
marketing          | ad operations, ad ops, advertising operations, marketing operations, marketing ops, media buyer*, brand manag*, public relations, demand generation, growth marketing, social media
finance            | ap manager, ap lead, ap clerk, ap specialist, ap supervisor, ap analyst, ap accountant, ap director, ar manager, ar specialist, ar clerk, ar analyst
finance            | finance operations, financial operations, finance ops, treasury operations, finance systems
finance            | fp & a, fp&a, m&a, mergers and acquisitions, controleur de gestion, financial analyst*, credit analyst*, finance director, accounts payable, accounts receivable, real estate finance, treasury analyst, wealth manag*, asset manag*
customer_success   | customer success, client success, customer service, customer care, customer support, client service*, client support, customer experience, call center, call centre, contact center
customer_success   | customer relations, kundendienst*, kundenservice*, kundenbetreu*, service client, service clients, atencion al cliente, servicio al cliente, assistenza clienti, klantenservice
quality            | quality assurance, quality control, quality engineer*, qa, quality manag*, qualitats*, test engineer*, software test*, continuous improvement, quality improvement, performance improvement, six sigma
it                 | systems manager*, systems director*, business systems, business applications, it operations, it ops, network operations
it                 | information technology, it manag*, it director, head of it, software support, application support, technical support, desktop support, network engineer*, network admin*, it support, it specialist
it                 | systems administrator*, system administrator*, database administrator*, systems analyst*, help desk, helpdesk, service desk, solutions architect*, solution architect*, enterprise architect*, integration architect*
it                 | system engineer*, systems engineer*, cloud engineer*, infrastructure engineer*, it engineer*, cloud architect*, infrastructure architect*, it leiter*, leiter it, systemadministrator*, informatique, informatica, sistemas de informacion, sistemi informativi, information systems, it business analyst
engineering        | software engineer*, software develop*, web develop*, front end develop*, back end develop*, full stack, software architect*, engineering manag*, vp engineering, application develop*, mobile develop*, devops
engineering        | design engineer*, design drafter, engineering design, instrument engineer*, manufacturing engineer*, process engineer*, project engineer*, service engineer*, research engineer, drainage design
project_management | project manag*, program manag*, programme manag*, chef de projet, projektleiter*, projektmanag*, jefe de proyecto*, gerente de proyecto*, gerente de projeto*, projectleider, projectmanager*, pmo, scrum master, project lead, programs manager
supply_chain       | supply chain, supply planner, demand planner, transportation manag*, freight rate, material planner, import export, mrp controller
operations         | operations analyst, plant manager, physical plant, site manager, production manager, store operations, maintenance manag*, facility manag*, facilities manag*, production plan*, operations research manager, slot operations
operations         | machine operator*, shared services, industrial engineer manager, manufacturing manag*, construction manag*, production director, industrie manager
hr                 | hr operations, hr ops, hr systems, human resource*, employee relations, industrial relations, labor relations, labour relations, ressources humaines, recursos humanos, risorse umane, talent acquisition, talent development, talent manag*, learning and development, learning & development, l&d
hr                 | compensation and benefits, benefits coordinator, benefits manager, organizational development, management development, personal leiter, employment services
administration     | personal assistant to, executive assistant to, executive assistant, administrative assistant, office manag*, personal assistant, executive secretary, assistant to, pa to, ea to, secretary to, assistenz, office administrator, assistante de direction, assistant de direction
administration     | asistente de direccion, assistente di direzione, directiesecretaresse, assistenz der, vorstandsassisten*, administrative coordinator
education          | education teacher, _ teacher, _ teachers, _ professor, _ instructor, professor of, teacher of, it teacher, school, faculty member, curriculum, academic, academics, instructional, vice principal, dean, childcare center
healthcare         | clinical, nurse*, rn, physician*, surgeon*, dental, dentist*, orthodontist*, therapist*, medical, patient, hospital nurse, pharmacist, occupational health, md phd, registered nurse, care nurse, mental health, dialysis
research           | research scientist, research director, research and development, r&d, f&e, forschung*, research technician, recherche et developpement, investigacion y desarrollo, ricerca e sviluppo, i & d, research assistant, research associate, research fellow
healthcare         | clinical research, clinical education, medical doctor, emergency medical, medical laboratory
finance            | loan, loans, mortgage, billing, medical accounting, revenue cycle, claims, pension, pensions, lending, underwriter*, underwriting
legal              | legal assistant, legal manager, regulatory affairs, regulatory compliance, legal affairs, freedom of information, litigation
design             | web design*, graphic design*, ux design*, ui design*, interaction design*, product design*, art director, creative director, industrial designer, interior design*, fashion designer, ux, user experience
sales              | sales representative*, sales associate*, sales assistant*, sales consultant*, sales coordinator*, sales trainer*, sales specialist*, sales agent*, sales lead, inside sales, outside sales, medical sales
""")

DOMAIN = RuleTable("""
finance          | finance*, financial, accounting, accountant*, controlling, treasury, treasurer*, tax, audit, auditor*, payroll, bookkeep*, accounts, budget, credit, actuary, actuarial, banking, banker*, investment*, fiscal
finance          | finanz*, buchhalt*, *buchhalter, *buchhaltung, steuer*, rechnungswesen, lohnbuchhalt*, financier*, financiere, comptab*, tresorerie, controle de gestion, finanzas, financiero, financiera, contab*, contador*, tesorer*
finance          | finanza, finanziari*, amministrazione, bilancio, financas, financeir*, financieel, financiele, financien, boekhoud*, administratie, ekonomi*, ekonomichef, redovisning*, finansow*, ksiegow*, finans*, financial controller, business unit controller
procurement      | procurement, purchasing, purchaser*, buyer*, sourcing, category manager, vendor management, einkauf*, *einkauf, *einkaufer, beschaffung*, achat*, acheteu*, approvisionnement*, compras, comprador*, acquisti, inkoop*, inkoper*, inkop*, zakup*, aprovisionamiento
marketing        | marketing, marketer*, brand, branding, advertising, communications, communication, content, seo, sem, copywriter*, copy, campaign*, media, publicity, pr, kommunikation*, werbung, *marketing, mercadeo, mercadotecnia, publicidad, comunicacion
marketing        | comunicazione, comunicacao, communicatie*, marknad*, marketingu, editorial, publicist, public affairs, journalist*, editor, digital marketing, mercado, consumer insight
sales            | sales, seller*, selling, salesman, saleswoman, salesperson, revenue, telemarketing, telesales, vertrieb*, *vertrieb, verkauf*, *verkauf, *verkaufer, vente*, commercial, commerciale, vendeu*, ventas, comercial, comerciales, vendite, venditore, vendas, vendedor*
sales            | verkoop*, verkoper*, forsaljning*, saljare*, saljchef, sprzedaz*, handlow*, bdr, sdr, merchandis*, partnerships, alliances, retail, channel manager, store manager, partner development
hr               | hr, people, recruit*, talent, staffing, personal >, personal und, personal &, bereich personal, personalleit*, personalreferent*, personalwesen, personalabteilung, personalentwick*, personalmanag*, personalsach*, personalchef, *personal, personnel, hris, compensation, rekrut*, recruteu*, recrutement, rh, rrhh, reclutamiento, seleccion de personal, personale, personeel*, personalchef, kadr, workforce, candidate developer
legal            | legal, law, lawyer*, attorney*, counsel, paralegal*, solicitor*, barrister*, compliance, privacy, contracts, recht, rechts*, jurist*, justiziar*, juridique, juriste*, avocat*, abogad*, juridic*, legale, avvocat*, advogad*, juridisch*, prawn*, radca prawny
it               | it, ict, edv, infrastructure, network, networks, sysadmin, sap, peoplesoft, crm, erp, websphere, enterprise systems, sistemas, systemes d information, informatyk*, informatik*, ti, rfid, iam, servicenow, cloud
security         | infosec, cyber*, pentest*, penetration
data             | data, analytics, statistic*, bi, etl, insights, daten*, donnees, datos, dati, dados, big data, ai, ml
engineering      | engineer*, ingenieur*, *ingenieur, *ingenieurin, ingenier*, engenheir*, ingegner*, ingenjor*, *ingenjor, inzynier*
engineering      | engineering, software, developer*, programmer*, devops, sre, firmware, embedded, entwickler*, *entwickler, *entwicklerin, developpeu*, desarrollador*, sviluppat*, desenvolvedor*, ontwikkelaar*, *ontwikkelaar, programmierer*, programista, konstruktion*, konstrukteur*, ingenieria, ingegneria, engenharia
quality          | quality, inspection, qualite, calidad, qualita, qualidade, kwaliteit*, kvalitet*, jakosc*, metrology, inspector*, tester*, testing
supply_chain     | logistic*, logistik*, logistique, logistica, logistiek*, warehouse*, shipping, inventory, transportation, freight, fulfillment, lager*, versand*, transport, entrepot, almacen, magazzino, armazem, magazijn*, expedition, spedition*, disponent*, forwarding, import, export
operations       | operator*, operations, ops, production, produktion*, manufacturing, maintenance, facilities, facility, plant, betrieb*, betriebsleiter*, werksleiter*, werkleiter*, instandhaltung*, fertigung*, exploitation, produccion, operaciones, mantenimiento, produzione, operazioni, manutenzione, producao
operations       | operacoes, manutencao, productie*, operationeel*, drift*, produkcj*, operacyjn*, construction, fabrication, industriel, machine shop, bpm, business process
product          | produkt*, produit, producto, prodotto, produto
research         | research, researcher*, scientist*, wissenschaft*, recherche, chercheu*, investigador*, ricercat*, ricerca, pesquis*, onderzoek*, forskning*, badan, laboratory, *ologist of science, palaeontologist, biologist*, chemist, physicist*
customer_success | support manager*, support director, support agent*, support representative*, support lead, onboarding specialist
design           | designer*, design, diseno, disenador*, grafik*, graphiste*, illustrator*
healthcare       | dietitian*, dietician*, nutritionist*, nursing, health, doctor, pharmacy, hospital, clinic, surgical, surgery, paramedic*, medecin*, infirmier*, arzt*, veterinar*, pathology, radiolog*, speech pathology, diabetes, orthopedic, pediatric, occupational therapist
education        | education, educational, educator, teacher*, professor*, lecturer*, instructor*, school, university, lehrer*, dozent*, profesor*, enseignant*, docente*, tutor, faculty, training instructor, literacy
administration   | administrative, receptionist*, secretary, secretar*, office, clerical, sekretar*, administrativ*, typist, amministrativ*, assistente amministrativ*
""")

WEAK = RuleTable("""
none               | vice president*, vice presidente*, vicepresident*, co president
general_management | owner, founder*, cofounder*, president, < president, managing partner, managing member, inhaber*, grunder*, fondateur, fondatrice, gerant, gerante, fundador*, dueno, titolare, eigenaar, propietari*, vorstand, general management
general_management | prezes*, vd, agare, wlasciciel*, unternehmer*, entrepreneur*, dirigeant*, oprichter
operations         | technician*, assembler*, mechanic*, welder*, machinist*, repairer*, installer*, electrician*, plumber*, laborer*, tender*, setter*, maker*, fitter*, foreman, grinder*, painter*, cutter*, polisher*, feeder*, builder*
operations         | carpenter*, mixer*, presser*, winder*, packer*, molder*, mechaniker*, monteur*, mechatroniker*, techniker*, supervisor production
project_management | project, delivery manager
""")

# The words between two functions that make the first the noun: "recruiter for sales".
NOUN_FIRST = frozenset({
    "of", "for", "de", "du", "des", "del", "della", "dei", "delle", "di", "da", "do", "das", "dos", "van", "fur", "der",
    "in", "d", "per", "la", "les", "voor", "i", "al", "alla", "at", "to",
})  # fmt: skip
