"""Which words of a title say how senior its bearer is. The tables are read from the top: the first row decides.

c_level
    Chief … officer, president, managing director, and whoever owns or founded the company.
vp
    Vice presidents of every degree (SVP, EVP, assistant vice president).
director
    Directors of every degree, and heads of something (Head of IT, Leiter Einkauf, -leiter of a department).
manager
    Managers, supervisors, team leaders. "In name only" (product, project, account manager) counts: the data
    that is bought and the CRMs that are filled by hand file them so; `buying_role` claims nothing for them.
individual_contributor
    A trade or profession without such a word; assistants, whomever they assist; trainees and interns.

What a person could not tell either stays unknown: a bare "Partner", "Principal", "Lead", "Executive", "MD",
"Chief of Staff", "Controller", a board seat, and whatever somebody *was*.
"""

from __future__ import annotations

from handraise.hygiene.titles.patterns import RuleTable

SENIORITIES = ("c_level", "vp", "director", "manager", "individual_contributor")

# Words that are no level, or somebody else's. A verdict and how far it silences the words around it: `all` the
# whole text, `rest` from there to its end, `part` from there to the next break, `whole` the part it stands in,
# `only` itself. `unknown` silences and decides nothing; `individual_contributor` decides.
OTHERS = RuleTable("""
unknown all                 | retired, retiree, emeritus, emerita, im ruhestand, rentner, rentnerin, retraite, retraitee, jubilado, jubilada
unknown all                 | pensionato, pensionata, aposentado, aposentada, gepensioneerd*, emerytowan*, pensionar, unemployed, between jobs
unknown rest                | former, formerly, ex, previously, past president, ehemaliger, ehemalige, ehemals, ancien, ancienne
unknown rest                | aspiring, seeking, looking for, wannabe, future, open to work
individual_contributor rest | personal assistant to, executive assistant to, executive secretary to, assistant to, assistants to, pa to, ea to, secretary to, aide to, assistant of, assistance to
individual_contributor rest | assistent des, assistentin des, assistent der, assistentin der, assistenz der, assistenz des, assistenz
individual_contributor rest | referent des, referentin des, referent der, referentin der, sekretar*, *sekretar, *sekretarin
individual_contributor rest | assistant de, assistante de, assistante du, assistant du, secretaire de, secretaire du
individual_contributor rest | asistente de, asistente del, asistente a, secretaria de, secretario de, asistenta de
individual_contributor rest | assistente di, assistente alla, assistente al, assistente de, assistente da, assistente do, segretaria, segretario
individual_contributor rest | assistent van, assistente van, asystent, asystentka, assistent till
individual_contributor rest | vorstandsassisten*, *assistenz, *assistent, *assistentin
unknown part                | advisor to, adviser to, reporting to, reports to, consultant to, counsel to, support to, delegate to
unknown part                | office of, board of directors, berater des, beraterin des
unknown part                | at, bei, chez, presso, working for
unknown whole               | s office, s club
individual_contributor whole | s assistant, s secretary, s aide, s driver
unknown rest                | chief of staff to
unknown only                | chief of staff, stabschef*, non executive director, non executive, member of the board, board member, board director
unknown only                | vice principal, vice chancellor, vice dean, vice consul, vice chair*, crew chief
unknown only                | property management, management trainee, management instructor, management accountant
individual_contributor only | product owner*, process owner*, system owner*, data owner*, service owner*, solution owner*, application owner*
individual_contributor only | executive assistant, executive secretary, executive pa, executive administrat*, executive chef
individual_contributor only | director assistant, manager assistant, president assistant, ceo assistant, vp assistant, executive support
individual_contributor only | manager trainee, manager in training, manager intern, management intern, trainee manager, trainee, intern, interns, internship
individual_contributor only | apprentice, apprenti, apprentie, alternant, alternante, stagiaire, praktikant, praktikantin, auszubildende*
individual_contributor only | azubi, volontar*, werkstudent*, becario, becaria, practicante, stagista, tirocinante, estagiario, estagiaria
individual_contributor only | stagiair, stazysta, stazystka, praktykant*, lehrling, aprendiz, apprendista, working student, co op student
""")

LEVELS = RuleTable("""
# c_level: who leads the company or one of its whole functions
c_level | chief ... officer, chief executive, chief operating, chief financial, chief technology, chief information
c_level | ceo, cfo, coo, cto, cio, cmo, chro, ciso, cpo, cro, cdo, cso, cco, clo, cao, cxo, cso, cbo, chief ... officers
c_level | managing director, managing directors, md and ceo, md & ceo, ceo md, md ceo, group md, joint md, md | ceo, ceo | md
c_level | founder and md, founder & md, founder | md, chairman and md, chairman & md, chairman | md, country md, regional md, deputy md
c_level | director general, director generale, director gerente, general director, directeur general, directrice generale
c_level | directeur general delegue, president directeur general, pdg, dg, gerant, gerante, gerente general, diretor geral, diretora geral
c_level | directora general, directora gerente, direttore generale, direttrice generale, amministratore delegato, amministratrice delegata
c_level | amministratore unico, administrador unico, consejero delegado, consejera delegada, algemeen directeur, directeur eigenaar, dga
c_level | socio gerente, socia gerente, geschaftsleit*, geschaftsfuhr*, *geschaftsfuhrer, *geschaftsfuhrerin, gf, vorstand, vorstande, vorstandin, vorstandsvorsitz*, vorstandsmitglied*, finanzvorstand
c_level | *vorstand, bestuurder, bestuursvoorzitter, verkstallande direktor, vd, prezes*, zarzad*, dyrektor generalny, dyrektorka generalna
vp      | vice president*, vicepresident*, vizeprasident*, vice presidente*, vice presidentin, vice prasident*, vice prezes, wiceprezes*
vp      | vp, svp, evp, avp, gvp, rvp, sevp, fvp, savp, vps, v p
c_level | president, presidente, presidenta, president*, prasident, prasidentin, chairman, chairwoman, chairperson, executive chair
c_level | owner, owners, co owner, founder, founders, cofounder*, proprietor, proprietress, entrepreneur, founding partner, managing partner, self employed
c_level | < senior partner >, < equity partner >, < general partner >, < name partner >, managing member, managing principal, business owner
c_level | inhaber, inhaberin, eigentumer*, grunder, grunderin, mitgrunder*, firmengrunder*, unternehmer, unternehmerin, gesellschafter, gesellschafterin
c_level | fondateur, fondatrice, cofondateur, cofondatrice, proprietaire, dirigeant, dirigeante, chef d entreprise, entrepreneuse, artisan
c_level | fundador, fundadora, cofundador*, dueno, duena, propietario, propietaria, empresario, empresaria, socio fundador, socia fundadora
c_level | titolare, fondatore, fondatrice, imprenditore, imprenditrice, proprietario, proprietaria, socio fundador, socia, empreendedor*
c_level | eigenaar, eigenaresse, oprichter, oprichtster, ondernemer, medeoprichter, agare, grundare, wlasciciel*, zalozyciel*, wspolzalozyciel*
# director: heads of something
director | director, directors, dir, directeur, directrice, direktor, direktorin, directora, direttore, direttrice, diretor, diretora
director | dyrektor, dyrektorka, direktor*, *direktor, *direktorin, *directeur, executive director
director | head of, heads of, < ... head >, hd of, hoofd, *hoofd, daf, dsi, drh, dean, chef de service, chef de departement
manager  | teamleiter*, gruppenleiter*, schichtleiter*, filialleiter*, projektleiter*, bauleiter*, marktleiter*, kuchenleiter*, werkstattleiter*
manager  | teilprojektleiter*, objektleiter*, studienleiter*, restaurantleiter*, ladenleiter*, teamleitung, projektleitung, filialleitung, schichtleitung
manager  | leiter der gruppe, leiter des teams
director | leiter, leiterin, *leiter, *leiterin, *leitung, leitung
# manager
manager | manager*, mgr, mngr, gm, it chef, *manager, *managerin, manageress, supervisor*, superintendent*, foreman, forewoman, foreperson, headwaiter
manager | team lead, team leader, team leads, group leader, shift leader, section leader, squad leader, lead man, leadman, crew leader
manager | head chef, head nurse, head coach, head teacher, head cashier, head bookkeeper, head waiter, overseer, store keeper in charge
manager | responsable*, chef d equipe, chef de projet, chef de produit, chef de secteur, chef de rayon, chef de chantier, chef d atelier, chef des ventes
manager | jefe, jefa, gerente, encargado, encargada, supervisora, responsabile, capo, caporeparto, capoufficio, capo reparto, capo ufficio
manager | supervisore, encarregado, encarregada, chefe, teamleider, leidinggevende, *manager, ploegleider, projectleider, afdelingshoofd
manager | kierownik*, kierowniczka, *chef, *chefin, brygadzista, gruppledare, arbetsledare, projektledare, meister, meisterin, *meister, capataz
# chiefs and leads who are no officers of the company: over whom, the words do not tell
individual_contributor | controleur de gestion, controleuse de gestion
unknown | chief, chiefs, commanding officer, commander, lead >, controller, prokurist*, general counsel, associate partner
# trades and professions: what is left has nobody under it that the title tells of
individual_contributor | pilot, customer service >, monitor, guide, educator*, account executive*, sales executive*, marketing executive*, development executive*, account exec, hr executive*, support executive*, service executive*
individual_contributor | associate, associates, assistant, assistants, asst, analyst*, specialist*, coordinator*, administrator*, representative*, rep, reps, agent, agents
individual_contributor | engineer, engineers, engr, developer, developers, programmer*, architect, architects, designer*, consultant*, adviser*, advisor*, accountant*
individual_contributor | auditor, auditors, bookkeeper, buyer, buyers, planner, planners, scientist*, researcher*, technician*, technologist*, tech, operator*, clerk, clerks
individual_contributor | attorney, lawyer, solicitor, counsel, paralegal*, barrister, recruiter*, trainer, trainers, instructor*, teacher*, professor*, lecturer*, faculty member, tutor
individual_contributor | nurse*, rn, physician*, doctor, dentist, surgeon*, therapist*, pharmacist*, psychologist*, paramedic*, veterinarian, practitioner*, social worker*, pathologist
individual_contributor | secretary, receptionist, typist, writer*, copywriter, editor, photographer*, journalist*, strategist*, statistician, economist, mathematician, evangelist
individual_contributor | salesman, saleswoman, salesperson, seller, cashier*, merchandiser*, estimator*, inspector*, examiner*, underwriter*, adjuster*, broker, banker, teller*
individual_contributor | mechanic*, electrician*, plumber*, welder*, carpenter*, painter*, machinist*, assembler*, fitter*, installer*, repairer*, laborer*, worker*, driver*, helper*
individual_contributor | attendant*, handler*, tender*, setter*, cook, cooks, waiter, waitress, bartender, guard, cleaner*, janitor, custodian, librarian*, translator*, interpreter*
individual_contributor | aide, aides, journeyman, dispatcher*, scheduler*, tester*, trader*, generalist*, counselor*, counsellor*, coach, expert, experts, business partner, officer, officers
individual_contributor | *ologist, *ographer, *ician, webmaster, sysadmin, devops, scrum master, controller assistant, bdr, sdr, sales development, ae, csr, dba, sre, qa engineer, swe
# German
individual_contributor | sachbearbeit*, *sachbearbeiter, *sachbearbeiterin, referent, referentin, *referent, *referentin, mitarbeiter*, *mitarbeiter, *mitarbeiterin, einkaufer*, *einkaufer
individual_contributor | buchhalter*, *buchhalter, entwickler*, *entwickler, *entwicklerin, ingenieur*, *ingenieur, *ingenieurin, berater*, *berater, *beraterin, verkaufer*, *verkaufer, techniker*, *techniker
individual_contributor | kaufmann*, kauffrau*, *kaufmann, *kauffrau, jurist*, rechtsanwalt*, architekt*, analyst*, spezialist*, *spezialist, *spezialistin, disponent*, konstrukteur*, mechaniker*, *mechaniker
individual_contributor | fachkraft*, *fachkraft, facharbeiter*, angestellte*, monteur*, mechatroniker*, elektriker*, redakteur*, trainer*, koordinator*, *koordinator, arzt*, lehrer*, administrator*, controllerin
# French
individual_contributor | ingenieur*, ingenieure, developpeu*, acheteu*, comptable*, technicien*, charge de, chargee de, charge d, chargee d, conseiller*, analyste*, specialiste*, consultant*, vendeu*
individual_contributor | commercial, commerciale, commerciaux, assistant, assistante, secretaire, juriste*, avocat*, coordinat*, gestionnaire*, attache*, redacteu*, formateu*, architecte*, employe*, ouvrier*, infirmier*, medecin*
# Spanish, Portuguese, Italian
individual_contributor | ingenier*, engenheir*, ingegner*, desarrollador*, desenvolvedor*, sviluppat*, programador*, programmat*, analista*, especialista*, specialista*, consultor*, consulente*, comprador*, contador*
individual_contributor | contable*, contabil*, vendedor*, venditore, venditrice, comercial, tecnico, tecnica, tecnici, abogad*, advogad*, avvocat*, asesor*, assessor*, asistente, assistente, asistenta, auxiliar, administrativ*
individual_contributor | coordenador*, coordinador*, coordinatore, coordinatrice, impiegat*, empleado, empleada, operario, operaria, operaio, operaia, operador*, addetto, addetta, buyer, arquitect*, arquitet*, architetto
individual_contributor | medico, medica, profesor*, professor*, professore, professoressa, ejecutivo de, ejecutiva de, enfermer*, infermier*, gestor*, disenador*, progettista, ragionier*, agente
# Dutch, Swedish, Polish
individual_contributor | medewerk*, *medewerker, inkoper*, *inkoper, boekhouder*, ontwikkelaar*, *ontwikkelaar, adviseur*, *adviseur, verkoper*, *verkoper, specialist*, *specialist, engineer*, jurist*, secretaresse
individual_contributor | ingenjor*, *ingenjor, utvecklare*, *utvecklare, saljare*, *saljare, inkopare*, *inkopare, ekonomiassistent*, handlaggare*, konsult*, *konsult, redovisnings*, specjalist*, inzynier*, programist*, analityk*, ksiegow*, doradca*, handlowiec
""")

# What a trade's own word ends in. Last, and only at the end of a title, where English puts the noun.
AGENT_NOUN_ENDINGS = ("er", "ers", "or", "ist", "ists", "ant", "ian", "man", "woman", "person", "eur", "euse")
NO_AGENT_NOUNS = frozenset({
    "manager", "officer", "leader", "partner", "owner", "founder", "commander", "premier", "minister", "chancellor",
    "governor", "customer", "computer", "power", "water", "career", "center", "consumer", "order", "paper", "silver",
    "user", "server", "member", "other", "senior", "junior", "sector", "director", "vendor", "contractor", "subcontractor",
    "mayor", "investor", "controller", "comptroller", "treasurer", "chair", "master", "prior", "major", "minor", "former",
    "interior", "exterior", "superior", "supplier", "retailer", "dealer", "transfer", "labor", "number", "offer",
    "newsletter", "printer", "cyber", "fiber", "timber", "lumber", "rubber", "semiconductor", "motor", "weather", "winter",
    "human", "woman", "man", "person", "assistant", "restaurant", "important", "plant", "grant", "covenant", "theater",
    "tier", "tower", "monitor", "cancer", "helicopter", "charter", "ambassador", "freelancer", "learner", "dreamer",
    "rancher", "farmer", "grower", "tenant", "participant", "applicant", "giant", "elephant", "chapter", "jobseeker",
    "homemaker", "entrepreneur", "bachelor", "scholar", "visitor", "commissioner", "captain", "ombudsman", "inventor",
})  # fmt: skip

STUDENTS = RuleTable("""
no  | student advis*, student affairs, student services, student service, student success, student life, student support, student recruit*, student loan*
no  | student counsel*, student finance*, student housing, student engagement, student experience, student record*, student development, student activit*
no  | student program*, student account*, student union, student care, student health, student relation*, student outreach, student ministr*, student employment
no  | student data, student system*, student teacher supervisor, student financial, student conduct, student placement, student transport*, student information, student learning
no  | student body, student accommodation, international student _, foreign student _
yes | student, students, undergraduate, postgraduate student, phd candidate, doctoral candidate, phd student, mba candidate, sophomore, pupil, schoolboy, schoolgirl
yes | schuler, schulerin, studentin, studierende*, studierender, werkstudent*, doktorand*, etudiant, etudiante, doctorant, doctorante, lyceen*, estudiante, alumno, alumna
yes | estudante, aluno, aluna, studente, studentessa, dottorand*, doctorand*, scholier, studentka, elev, uczen
""")
# Often students, never certainly: is_student stays unknown.
PERHAPS_STUDENTS = RuleTable("""
perhaps | intern, interns, internship, praktikant*, praktykant*, stagiaire, stagiair, stagista, tirocinante, becario, becaria, practicante, estagiari*, stazyst*, alternant*
perhaps | azubi, auszubildende*, apprentice*, apprenti, apprentie, trainee, graduate, research assistant, teaching assistant, doctoral, phd
""")
