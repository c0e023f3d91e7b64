"""What the columns that tell an export are called in other languages that HubSpot writes exports in.

Only identifying columns, by internal name; the variants of a language that HubSpot has used stand side by side.
Where a label is also an English one or an internal name, that comes first.
"""

from __future__ import annotations

from collections.abc import Mapping

_LABELS = """
hs_object_id     | Datensatz-ID; ID de fiche d'informations; ID d'enregistrement; ID de registro
firstname        | Vorname; Prénom; Nombre
lastname         | Nachname; Nom de famille; Nom; Apellidos
email            | E-Mail; E-Mail-Adresse; E-mail; Adresse e-mail; Correo; Correo electrónico
jobtitle         | Jobbezeichnung; Berufsbezeichnung; Intitulé de poste; Intitulé du poste; Cargo
company          | Unternehmensname; Nom de l'entreprise; Nombre de la empresa
phone            | Telefonnummer; Numéro de téléphone; Número de teléfono
name             | Unternehmensname; Nom de l'entreprise; Nombre de la empresa
domain           | Domain-Name des Unternehmens; Unternehmens-Domainname; Nom de domaine de l'entreprise; Nombre de dominio de la empresa
lifecyclestage   | Lifecycle-Phase; Phase du cycle de vie; Etapa del ciclo de vida
dealname         | Deal-Name; Dealname; Nom de la transaction; Nombre del negocio
dealstage        | Deal-Phase; Phase de la transaction; Etapa del negocio
closedate        | Abschlussdatum; Date de fermeture; Fecha de cierre
createdate       | Erstellungsdatum; Erstelldatum; Date de création; Fecha de creación
"""


def _read() -> dict[str, dict[str, str]]:
    """Internal names by label: those of people, and those of everything else."""
    people: dict[str, str] = {}
    others: dict[str, str] = {}
    for row in _LABELS.strip().splitlines():
        name, labels = (cell.strip() for cell in row.split("|"))
        for label in labels.split(";"):
            people.setdefault(label.strip(), name)
            if name not in ("firstname", "lastname", "company"):
                others.setdefault(label.strip(), name)
    return {"people": people, "others": others}


_READ = _read()
LOCALISED: Mapping[str, str] = _READ["people"]
LOCALISED_OF_OTHERS: Mapping[str, str] = _READ["others"]
