"""The words of a header → the fields of which it is a name; values unseen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from smallgroup.census.derived import relationship_words, tier_words
from smallgroup.census.fields import BY_NAME
from smallgroup.census.sheet import SPACE

SYNONYM = 95
"""The score of a column that bears one of the other names of its field."""

_FUZZY_FROM = 85  # of 100, as RapidFuzz counts
_FUZZY_LETTERS = 7  # shorter words are near too many others

_SHORT_FOR = {
    "dob": "birth date", "birthdate": "birth date", "birthday": "birth date", "bday": "birth date",
    "bdate": "birth date", "bdt": "birth date", "brth": "birth", "dt": "date", "doh": "hire date",
    "dateofbirth": "birth date",
    "hiredate": "hire date", "termdate": "termination date",
    "rel": "relationship", "reln": "relationship", "rltn": "relationship", "relation": "relationship",
    "relat": "relationship", "relship": "relationship", "rship": "relationship", "relationships": "relationship",
    "hrs": "hours", "hr": "hours", "hour": "hours", "wk": "week", "wkly": "weekly", "weeks": "week",
    "cov": "coverage", "covg": "coverage", "cvg": "coverage", "enrl": "enrollment", "enrolment": "enrollment",
    "elec": "election", "fname": "first name", "lname": "last name", "firstname": "first name",
    "lastname": "last name", "fullname": "full name", "surname": "last name", "forename": "first name",
    "nm": "name", "names": "name", "fst": "first", "frst": "first", "1st": "first", "lst": "last",
    "zipcode": "zip", "zipcd": "zip", "postcode": "zip", "postalcode": "zip", "postal": "zip", "zips": "zip",
    "gndr": "sex", "gender": "sex", "gend": "sex", "cnty": "county",
    "tob": "tobacco", "tobac": "tobacco", "smkr": "smoker", "smoking": "smoker", "smoke": "smoker",
    "term": "termination", "terminated": "termination", "termed": "termination", "hired": "hire",
    "pct": "percent", "percentage": "percent", "avg": "average", "std": "standard", "rsn": "reason", "orig": "original",
    "num": "number", "no": "number",
    "nbr": "number", "nr": "number", "cd": "code", "typ": "type", "stat": "status", "sts": "status",
    "fam": "family", "empl": "employee", "emp": "employee", "employees": "employee", "mbr": "member",
    "mem": "member", "memb": "member", "subscr": "subscriber", "sub": "subscriber", "wages": "pay", "wage": "pay",
    "salary": "pay", "earnings": "pay", "yn": "", "famstatus": "family status", "med": "medical",
}  # fmt: skip
_FILLING = {
    "of", "the", "per", "a", "to", "in", "for", "is", "or", "and", "y", "n", "please", "enter", "s", "required",
    "optional",
}  # fmt: skip
_WHOSE = {
    "employee", "ee", "member", "subscriber", "insured", "person", "participant", "enrollee", "their", "your",
}  # fmt: skip

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "date_of_birth": ("birth date", "born", "date born", "birth", "birth date age", "age birth date", "birth day"),
    "relationship": ("relationship", "relationship code", "relationship type", "relationship status",
                     "relationship employee", "dependent relationship", "role", "family relationship"),
    "family_id": ("family id", "family number", "family code", "household", "household id", "household number",
                  "family group", "family key", "family unit"),
    "member_id": ("member id", "member number", "person id", "member code", "participant id"),
    "first_name": ("first name", "first", "given name", "legal first name", "name given"),
    "last_name": ("last name", "last", "family name", "legal last name"),
    "full_name": ("name", "full name", "employee name", "member name", "name last first", "last first",
                  "first last", "last name first name", "first last name", "complete name", "legal name",
                  "name last first mi", "last first name", "name first last", "subscriber name",
                  "last first mi", "last name first name mi", "first name last name"),
    "sex": ("sex", "sex code", "sex birth", "legal sex", "m f", "male female", "sex m f"),
    "zip": ("zip", "zip code", "home zip", "home zip code", "residence zip", "residence zip code", "zip 5",
            "5 digit zip",
            "residential zip", "residential zip code", "zip zip", "zip zip code", "zip plus 4", "zip 4",
            "resident zip",
            "home address zip", "home address zip code"),
    "county": ("county", "home county", "residence county", "county residence", "county name", "resident county"),
    "hours_per_week": ("hours week", "weekly hours", "hours worked week", "hours", "hours worked", "average hours",
                       "average hours week", "average weekly hours", "average hours worked week",
                       "scheduled hours", "standard hours",
                       "hours worked weekly", "number hours", "number hours week", "weekly scheduled hours",
                       "scheduled hours week", "standard weekly hours", "weekly hours worked", "work hours",
                       "work hours week", "hours weekly"),
    "hired_on": ("hire date", "date hire", "hire", "original hire date", "employment date", "job start date",
                 "employment start date", "employee start date", "date employment", "most recent hire date"),
    "terminated_on": ("termination date", "date termination", "termination", "separation date",
                      "employment end date", "last day worked", "employment termination date"),
    "weekly_pay": ("weekly pay", "pay week", "gross weekly pay", "weekly gross pay"),
    "tobacco": ("tobacco", "tobacco use", "tobacco user", "smoker", "smoker status", "tobacco status",
                "uses tobacco", "smokes", "smoker non smoker", "nicotine", "nicotine use", "tobacco smoker",
                "uses tobacco products"),
    "worker_type": ("worker type", "employment type", "employee type", "worker class"),
    "paid_on": ("paid on", "tax form", "pay form"),
    "ownership_percent": ("ownership percent", "ownership", "owner percent", "percent owned", "percent owner",
                          "ownership share"),
    "related_to_owner": ("related owner", "relationship owner"),
    "status": ("employment status", "employee status", "work status", "leave status", "job status"),
    "election": ("election", "coverage election", "medical election", "enroll waive", "enrolling", "elect waive",
                 "enroll",
                 "enroll decline", "enrollment election", "coverage decision", "medical enrollment",
                 "electing coverage",
                 "enrollment decision", "waive enroll"),
    "waiver_reason": ("waiver reason", "waive reason", "reason coverage waived", "reason waiver", "reason waiving",
                      "reason waived"),
    "class": ("class", "benefit class", "employee class", "class code", "benefit group"),
    "plan_id": ("plan id", "plan code", "medical plan id", "medical plan code", "plan number"),
    "enrollment_tier": ("tier", "coverage tier", "enrollment tier", "family status", "coverage level",
                        "coverage type",
                        "family tier", "rate tier", "medical tier", "tier code", "tier level", "plan tier",
                        "coverage elected",
                        "contract type", "benefit tier",
                        "coverage code", "medical coverage tier", "medical coverage level", "election tier",
                        "family coverage", "coverage category", "enrollment level"),
    "enrollment_status": ("enrollment status", "coverage status", "cobra status", "active cobra"),
    "cobra": ("cobra", "on cobra", "cobra participant", "cobra enrollee"),
    "retiree": ("retiree", "retired"),
    "employee_number": ("employee number", "employee id", "subscriber id", "subscriber number", "employee code",
                        "ee id", "ee number", "payroll number", "payroll id", "employee id number"),
}  # fmt: skip
"""What a column of each field is called, once shortened words are written out and filling words are gone."""

# A header that is a name of several things: the values say which.
_OPEN: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "status": (("status", 95), ("enrollment_status", 85), ("relationship", 85), ("enrollment_tier", 85),
               ("election", 75)),
    "enrollment status": (("election", 88),), "coverage status": (("election", 88),),
    "employment status": (("enrollment_status", 85),), "employee status": (("enrollment_status", 85),),
    "family": (("enrollment_tier", 90), ("family_id", 80)),
    "family code": (("enrollment_tier", 85),), "family status": (("relationship", 88),),
    "coverage": (("enrollment_tier", 90), ("election", 80)), "coverage type": (("election", 80),),
    "enrollment": (("enrollment_tier", 85), ("election", 90)),
    "medical": (("enrollment_tier", 85), ("election", 92)),
    "medical coverage": (("enrollment_tier", 88), ("election", 92)),
    "health coverage": (("enrollment_tier", 85), ("election", 92)),
    "type": (("relationship", 80), ("enrollment_tier", 80), ("worker_type", 80)),
    "code": (("relationship", 80), ("enrollment_tier", 80)),
    "member type": (("relationship", 90), ("worker_type", 80)),
    "person type": (("relationship", 90),), "dependent type": (("relationship", 85),),
    "member status": (("relationship", 85), ("enrollment_status", 85)),
    "subscriber dependent": (("relationship", 90),), "employee dependent": (("relationship", 90),),
    "employee": (("full_name", 85), ("relationship", 80)), "member": (("full_name", 85), ("relationship", 80)),
    "subscriber": (("full_name", 85),),
    "relationship type": (("enrollment_tier", 70),),
}  # fmt: skip

# Words that make a header something else, whatever it resembles.
_ELSEWHERE = {
    "country", "state", "city", "address", "phone", "email", "middle", "suffix", "dental", "vision", "life",
    "effective", "marriage", "death", "manager", "broker", "agent", "contact", "account", "employer", "company",
    "note", "notes", "comment", "comments", "remarks", "emergency", "beneficiary", "annual", "monthly", "month",
    "hourly", "biweekly", "year", "yearly", "ytd", "department", "dept", "division", "occupation", "title", "work",
    "premium", "cost", "rate", "supervisor", "physician", "doctor", "pcp", "prior", "previous", "mailing",
}  # fmt: skip


def header_key(header: str) -> str:
    """A header as it is remembered: lower case, and only its letters and digits."""
    return "".join(re.findall(r"[^\W_]+", header.casefold()))


def header_words(header: str, *, whole: bool = False) -> tuple[str, ...]:
    """`"Emp. Birth Dt (MM/DD/YYYY)"` → employee, birth, date; with what is in brackets where `whole` says so."""
    text = header if whole else re.sub(r"\([^)]*\)|\[[^\]\d]*\]", " ", header)
    if not re.search(r"[^\W_]", text):
        text = header
    text = re.sub(r"\b(?:[A-Za-z]\.){2,}[A-Za-z]?", lambda found: found[0].replace(".", ""), text)
    text = text.replace("#", " number ").replace("%", " percent ")
    text = re.sub(r"(?<=[a-z])(?=[A-Z](?:[a-z]|[A-Z]))", " ", text)
    words: list[str] = []
    for word in re.findall(r"[^\W_]+", text.casefold()):
        words.extend(_SHORT_FOR.get(word, word).split())
    return tuple(word for word in words if word not in _FILLING) or tuple(words)


def _key(words: Iterable[str]) -> str:
    """The same words in another order are the same name: `Name, Last` is `Last Name`."""
    return " ".join(sorted(words))


def _index() -> dict[str, dict[str, int]]:
    index: dict[str, dict[str, int]] = {}
    for field, names in _NAMES.items():
        for name in names:
            index.setdefault(_key(name.split()), {})[field] = SYNONYM
    for name, candidates in _OPEN.items():
        for field, score in candidates:
            index.setdefault(_key(name.split()), {}).setdefault(field, score)
    for field in BY_NAME:
        index.setdefault(_key(header_words(field)), {}).setdefault(field, SYNONYM)
    return index


_INDEX: Final = _index()
_SQUEEZED: Final = {key.replace(" ", ""): key for key in _INDEX if " " in key}
_FUZZY: Final = {_key(name.split()).replace(" ", ""): field for field, names in _NAMES.items() for name in names}


def named(header: str) -> dict[str, int]:
    """The fields of which the header is a name, each with its score; empty when it is none."""
    words = header_words(header)
    if not words:
        return {}
    everything = header_words(header, whole=True)
    if everything != words and (found := _INDEX.get(_key(everything))):
        return found
    listed = _lists_words(header)
    if listed is not None:
        return {listed: SYNONYM}
    whole = _INDEX.get(_key(words))
    if whole is not None:
        return whole
    short = [word for word in words if word not in _WHOSE]
    if short and len(short) < len(words):
        named_so = _INDEX.get(_key(short))
        if named_so is not None:
            return {field: score for field, score in named_so.items() if field != "member_id"}
    joined = _SQUEEZED.get("".join(sorted(words))) if len(words) == 1 else None
    return _INDEX[joined] if joined else {}


def _lists_words(header: str) -> str | None:
    """`"EE/SP/CH"` and `"E, S or C"` list the words of the cells, and so say what these are."""
    parts = [part.strip(SPACE) for part in re.split(r"[/|,;]+|\bor\b", header.casefold())]
    if len(parts) == 1:
        parts = header.casefold().split()
    words = {" ".join(re.findall(r"[^\W_]+", part)) for part in parts if part}
    if len(words) < 3:
        return None
    if words <= relationship_words():
        return "relationship"
    return "enrollment_tier" if words <= tier_words() else None


def nearly(header: str) -> dict[str, int]:
    """The fields whose names the header nearly is: a letter too many, or one that is missing."""
    from rapidfuzz import fuzz

    words = [word for word in header_words(header) if word not in _WHOSE]
    text = "".join(sorted(words))
    if len(text) < _FUZZY_LETTERS or not _ELSEWHERE.isdisjoint(words) or any(map(str.isdigit, words)):
        return {}
    found: dict[str, int] = {}
    for name, field in _FUZZY.items():
        if len(name) < _FUZZY_LETTERS or abs(len(name) - len(text)) > 2:
            continue
        ratio = fuzz.ratio(text, name)
        if ratio >= _FUZZY_FROM:
            found[field] = max(found.get(field, 0), int(ratio * 0.9))
    return found


@lru_cache(maxsize=4096)
def name_of(header: str) -> str | None:
    """The one field of which the header is a name, values unseen; None when it is none, or could be several."""
    found = named(header) or nearly(header)
    best = sorted(found.items(), key=lambda one: -one[1])[:2]
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return None
    return best[0][0]
