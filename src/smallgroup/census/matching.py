"""Headers and a sample of the cells under them → the field of each column, with a score and the reason.

A header says what a column is; the values say whether it is so. Nothing is guessed: two columns that are as
good as each other for one field, and a column that is as good for one field as for another, are left undecided.
The order of the columns decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from smallgroup.census.derived import DERIVED, column_reader, relationship_words, tier_words
from smallgroup.census.fields import BY_NAME, Field
from smallgroup.census.sheet import SPACE, Cell, blank
from smallgroup.census.values import Fault

NAMED = 100
SYNONYM = 95
BY_VALUES = 75
"""The scores of a column that bears the field's own name, one of its other names, and no name at all."""

_CLEAR = 6  # points: what is less apart than this is undecided
_FITS = 0.6  # of the values; fewer, and the column is something else
_FUZZY_FROM = 85  # of 100, as RapidFuzz counts
_FUZZY_LETTERS = 7  # shorter words are near too many others
_SAMPLE = 200

FIELDS: Final[Mapping[str, Field]] = BY_NAME | DERIVED


@dataclass(frozen=True, slots=True)
class Match:
    """Why a column is read as a field; `score` runs from 0 to 100, and `confirmed` says that a person said so."""

    column: str
    header: str
    field: str
    score: int
    why: str
    confirmed: bool = False

    def as_json(self) -> dict[str, str | int | bool]:
        return {
            "column": self.column, "header": self.header, "field": self.field, "score": self.score,
            "why": self.why, "confirmed": self.confirmed,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that a column could be."""

    field: str
    score: int
    why: str


@dataclass(frozen=True, slots=True)
class Free:
    """A column that no name has claimed: its place, its header, and the cells under it."""

    index: int
    header: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Columns that are equally good for one field, or one column that is equally good for several."""

    columns: tuple[int, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    taken: dict[int, Candidate]
    undecided: tuple[Undecided, ...]


def remembered(matches: Iterable[Match]) -> dict[str, str]:
    """What a person confirmed, to be applied to the sender's next file: the header's key → the field."""
    return {header_key(match.header): match.field for match in matches if match.confirmed}


def header_key(header: str) -> str:
    """A header as it is remembered: lower case, and only its letters and digits."""
    return "".join(re.findall(r"[^\W_]+", header.casefold()))


# --- the words of a header ------------------------------------------------------------------------

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
    "pct": "percent", "percentage": "percent", "avg": "average", "std": "standard", "rsn": "reason",
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
_SAYS_NOTHING = {"date", "code", "type", "column", "col", "field", "value", "data", "item", "info", "unnamed", "x"}


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


def _fuzzy(header: str) -> dict[str, int]:
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
    found = named(header) or _fuzzy(header)
    best = sorted(found.items(), key=lambda one: -one[1])[:2]
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


# --- what the values look like --------------------------------------------------------------------

_LIKE_A_DATE = re.compile(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}( 00:00:00)?", re.ASCII)
_LIKE_A_NUMBER = re.compile(r"-?\d{1,15}(\.\d*)?", re.ASCII)
_LIKE_MONEY = re.compile(r"-?\$?\s?\d[\d,]*(\.\d*)?", re.ASCII)
_LIKE_A_ZIP = re.compile(r"\d{3,5}(-\d{4})?(\.0)?", re.ASCII)
_NEVER = date(9999, 12, 31)


def fits(field: str, cells: Sequence[Cell]) -> float | None:
    """The part of the cells that look like the field, from 0 to 1; None when all of them are blank."""
    sample = _sample(cells)
    if not sample:
        return None
    return sum(map(_sniffer(field, sample), sample)) / len(sample)


def _sample(cells: Sequence[Cell]) -> list[Cell]:
    found: list[Cell] = []
    for cell in cells:
        if not blank(cell):
            found.append(cell)
            if len(found) == _SAMPLE:
                break
    return found


def _sniffer(field: str, sample: Sequence[Cell]) -> Callable[[Cell], bool]:
    kind = FIELDS[field].kind
    if field == "date_of_birth":
        return lambda cell: _dated(cell) or _between(cell, 0, 120)
    if field == "zip":
        return lambda cell: not isinstance(cell, bool) and _LIKE_A_ZIP.fullmatch(str(cell).strip(SPACE)) is not None
    if field == "full_name":
        return _two_names
    if field == "family_id":
        return lambda cell: not _dated(cell) and any(sign.isdigit() for sign in str(cell))
    if field == "hours_per_week":
        return lambda cell: _between(cell, 0, 60)
    if field in ("first_name", "last_name", "county"):
        return lambda cell: isinstance(cell, str) and not any(sign.isdigit() for sign in cell)
    if kind == "date":
        return _dated
    if kind == "hundredths":
        return lambda cell: _between(str(cell).rstrip(SPACE + "%"), 0, 168)
    if kind == "cents":
        return lambda cell: not isinstance(cell, bool) and _LIKE_MONEY.fullmatch(str(cell).strip(SPACE)) is not None
    if kind == "text":
        return lambda cell: not isinstance(cell, date)
    read = column_reader(FIELDS[field], sample, as_of=_NEVER)
    return lambda cell: not isinstance(read(cell), Fault)


def _dated(cell: Cell) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and _LIKE_A_DATE.fullmatch(cell.strip(SPACE)) is not None)


def _between(cell: Cell, least: int, most: int) -> bool:
    if isinstance(cell, str) and not _LIKE_A_NUMBER.fullmatch(cell.strip(SPACE)):
        return False
    return not isinstance(cell, (bool, date)) and cell is not None and least <= float(cell) <= most


def _two_names(cell: Cell) -> bool:
    """At least two words, without a digit."""
    if not isinstance(cell, str) or any(sign.isdigit() for sign in cell):
        return False
    return len(re.findall(r"[^\W\d_][\w'’.\-]*", cell)) >= 2


def _said(field: str, cells: Sequence[Cell], share: float | None) -> str:
    """What the values say: `all 23 values are dates between 1950 and 2024`."""
    sample = _sample(cells)
    if share is None or not sample:
        return "there are no values yet"
    count = len(sample)
    known = FIELDS[field]
    what = {"date": "dates", "word": f"words for {known.label}", "yes_no": "yes or no", "cents": "amounts",
            "hundredths": "numbers", "text": "texts"}[known.kind]  # fmt: skip
    what = {"zip": "ZIP codes", "hours_per_week": "hours of a week", "full_name": "names of two words"}.get(field, what)
    if known.kind == "date":
        years = sorted(year for cell in sample if (year := _year(cell)) is not None)
        if years:
            what += f" between {years[0]} and {years[-1]}" if years[0] != years[-1] else f" of {years[0]}"
    fitting = round(share * count)
    if fitting == count:
        return f"its value is one of {what}" if count == 1 else f"all {count} values are {what}"
    return f"{fitting} of {count} values are {what}"


def _year(cell: Cell) -> int | None:
    if isinstance(cell, date):
        return cell.year
    found = re.search(r"(?<!\d)(?:18|19|20)\d\d(?!\d)", str(cell)) if isinstance(cell, str) else None
    return int(found[0]) if found else None


# --- candidates, and who gets which column --------------------------------------------------------


def candidates(column: Free, *, as_of: date) -> list[Candidate]:
    """The fields that the column could be, the best first."""
    found: list[tuple[float, Candidate]] = []
    names = named(column.header)
    fuzzy = {} if names else _fuzzy(column.header)
    several = len(names) + len(fuzzy) > 1
    for field, score in (names or fuzzy).items():
        if field == "employee_number":
            found.append((1.0, _number(column)))
            continue
        known = FIELDS[field]
        share = fits(field, column.cells)
        surely = known.required and score == SYNONYM and not several
        # The first or last name of a person is text like any other: the header has to say it.
        if share is None and (several or fuzzy):
            continue
        if share is not None and share < (_FITS if not fuzzy or known.kind != "text" else 0.9) and not surely:
            continue
        how = "is a name of" if names else "is nearly a name of"
        why = f"the header {column.header!r} {how} {known.label}, and {_said(field, column.cells, share)}"
        found.append((round(share or 0.0, 1), Candidate(field, score, why)))
    if not names and not fuzzy:
        found.extend((1.0, one) for one in _by_values(column, as_of=as_of))
    best = max((share for share, _ in found), default=0.0)
    fitting = [one for share, one in found if share == best]  # what the values say goes before the name
    return sorted(fitting, key=lambda one: (-one.score, one.field))


def _number(column: Free) -> Candidate:
    """A number of the employee is the family's where several rows share it; else it is of no use."""
    sample = [str(cell) for cell in column.cells if not blank(cell)]
    if len(set(sample)) < len(sample):
        why = f"the header {column.header!r} is a number of the employee, and the rows of a family share it"
        return Candidate("family_id", 90, why)
    return Candidate("employee_number", 90, f"the header {column.header!r} is a number of the employee")


def _by_values(column: Free, *, as_of: date) -> list[Candidate]:
    """What the values alone say, under a header that says nothing."""
    words = {word for word in header_words(column.header) if not word.isdigit()}
    if not column.header or not words <= _SAYS_NOTHING:
        return []
    found = []
    for field in ("date_of_birth", "relationship", "enrollment_tier"):
        share = fits(field, column.cells)
        if share is None or share < 0.9:
            continue
        if field == "date_of_birth" and not _could_be_births(column.cells, as_of):
            continue
        if field == "relationship" and len({str(cell).casefold() for cell in _sample(column.cells)}) < 2:
            continue
        why = f"the header {column.header!r} says nothing, but {_said(field, column.cells, share)}"
        found.append(Candidate(field, BY_VALUES, why))
    return found


def _could_be_births(cells: Sequence[Cell], as_of: date) -> bool:
    """Dates, at least half of them long enough ago for a grown-up, and none of them to come."""
    sample = _sample(cells)
    years = [year for cell in sample if (year := _year(cell)) is not None]
    return (
        len(years) >= 0.9 * len(sample)
        and 2 * sum(year <= as_of.year - 18 for year in years) >= len(years)
        and all(as_of.year - 120 <= year <= as_of.year for year in years)
    )


def match(columns: Sequence[Free], *, taken: Collection[str], as_of: date) -> Matched:
    """The best field for each free column; `taken` are the fields that have their column already.

    In each round every column asks for its best field that is left, and a field takes the one column that is
    clearly the best for it. Two that are near each other are undecided, both of them.
    """
    wishes = {column.index: candidates(column, as_of=as_of) for column in columns}
    held = set(taken)
    result: dict[int, Candidate] = {}
    undecided: list[Undecided] = []
    while True:
        asked: dict[str, list[tuple[int, Candidate]]] = {}
        for index in sorted(wishes):
            left = [one for one in wishes[index] if one.field not in held]
            if len(left) > 1 and left[0].score - left[1].score < _CLEAR:
                near = tuple(one.field for one in left if left[0].score - one.score < _CLEAR)
                undecided.append(Undecided((index,), near))
                del wishes[index]
            elif left:
                asked.setdefault(left[0].field, []).append((index, left[0]))
            else:
                del wishes[index]
        if not asked:
            return Matched(result, tuple(undecided))
        for field, columns_of in sorted(asked.items()):
            best = max(one.score for _, one in columns_of)
            near_best = [(index, one) for index, one in columns_of if best - one.score < _CLEAR]
            held.add(field)
            for index, _ in near_best:
                del wishes[index]
            if len(near_best) == 1:
                result[near_best[0][0]] = near_best[0][1]
            elif field == "employee_number":
                result.update(near_best)  # of no use for anything: it need not be decided
            else:
                undecided.append(Undecided(tuple(index for index, _ in near_best), (field,)))
