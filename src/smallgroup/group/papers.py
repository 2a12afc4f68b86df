"""The papers by name, and who can send each: the words of a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaperWords:
    """What a paper is called, and whom it is asked of."""

    name: str
    from_whom: str


_EMPLOYER = "the employer"
_OWNER = "the owner"

PAPERS: dict[str, PaperWords] = {
    "employer_application": PaperWords("the employer application", _EMPLOYER),
    "enrollment_forms": PaperWords("the enrollment forms", "each employee who enrolls"),
    "waiver_forms": PaperWords("the waiver forms", "each employee who waives"),
    "proof_of_other_coverage": PaperWords("proof of the other coverage", "each employee who waives"),
    "business_license": PaperWords("the business license", _EMPLOYER),
    "secretary_of_state_printout": PaperWords("the Secretary of State's page of the business", _EMPLOYER),
    "workers_compensation_certificate": PaperWords("the workers' compensation certificate", _EMPLOYER),
    "state_quarterly_wage_report": PaperWords("the state quarterly tax and wage report", _EMPLOYER),
    "payroll_report": PaperWords("payroll reports with taxes of the year to date and hours", "the payroll provider"),
    "payroll_attestation": PaperWords("the payroll attestation", _EMPLOYER),
    "form_1099_validation": PaperWords("the 1099 validation form", _EMPLOYER),
    "form_941": PaperWords("Form 941", _EMPLOYER),
    "determination_letter_501c": PaperWords("the 501(c) determination letter", _EMPLOYER),
    "form_1065_k1": PaperWords("Form 1065 Schedule K-1", _OWNER),
    "form_1120s_k1": PaperWords("Form 1120-S Schedule K-1", _OWNER),
    "schedule_e": PaperWords("Schedule E of Form 1040", _OWNER),
    "partnership_agreement": PaperWords("the partnership agreement", _OWNER),
    "form_1120w": PaperWords("Form 1120-W", _EMPLOYER),
    "form_1040es": PaperWords("Form 1040-ES", _OWNER),
    "form_8832": PaperWords("Form 8832", _EMPLOYER),
    "form_w2": PaperWords("Form W-2", _OWNER),
    "form_990": PaperWords("Form 990", _EMPLOYER),
    "form_8274": PaperWords("Form 8274", _EMPLOYER),
    "ein_certificate": PaperWords("the EIN certificate", _EMPLOYER),
    "schedule_f": PaperWords("Schedule F", _OWNER),
    "form_1040": PaperWords("Form 1040", _OWNER),
    "schedule_c": PaperWords("Schedule C", _OWNER),
    "schedule_se": PaperWords("Schedule SE", _OWNER),
    "ownership_schedule": PaperWords("the schedule of owners", _EMPLOYER),
    "owner_hours_statement": PaperWords("a statement of the owner's hours", _OWNER),
    "other_tax_document": PaperWords("another tax paper", _EMPLOYER),
}


def in_words(kind: str) -> str:
    return PAPERS[kind].name
