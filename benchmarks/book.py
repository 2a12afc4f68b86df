"""An invented book of business: seeded groups, no two meant to be alike, with the unknowns that real ones have.

`measured` makes what the engine decides by: one row of measures a group. About half of the groups are in order, so
that there are approvals; in the others each thing that can be wrong is so at a rate of its own, and each fact that
may be unknown is so at UNKNOWN. What is counted is made in raw_book.py. Nothing of it is timed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.outcomes import ADDRESSES, REGISTERED
from smallgroup.underwriting import Edition

EFFECTIVE = date(2025, 10, 1)
AS_OF = date(2025, 9, 12)
YEAR_OF_ONE = 12 * 120_00  # hundredths of an hour of one full-time equivalent

IN_ORDER = 0.5  # groups in which nothing is odd
OPEN_COUNTS = 0.1  # of the others: somebody's answer is open, so that at-least and at-most differ
UNKNOWN = 0.03  # of each fact that may be unknown, of the others
NO_ROWS = 0.005  # groups without a single census row, or without a single month
IN_WINDOW = 0.05  # applications to be complete between November 15 and December 15
WINDOW = np.datetime64("2025-11-15"), np.datetime64("2025-12-15")
RENEWALS, AUDITS = 0.15, 0.1

Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def columns_read(edition: Edition) -> list[str]:
    """The measures that the readings of an edition read, in their order."""
    return list(dict.fromkeys(name for column in edition.reading_columns for name in column.meta.root_names()))


def measured(groups: int, edition: Edition, types: Mapping[str, Any], seed: int = 20251001) -> pl.DataFrame:
    """Measures of many groups, typed as the engine types them: the columns that the clauses read, and no more."""
    book = Book(groups, np.random.default_rng(seed))
    book.people()
    book.months()
    book.employer()
    book.papers()
    return pl.DataFrame({name: book.columns[name].cast(types[name]) for name in columns_read(edition)})


class Draw:
    """Draws for so many groups, a part of which are in order."""

    def __init__(self, groups: int, random: np.random.Generator) -> None:
        self.groups, self.random = groups, random
        self.messy = random.random(groups) >= IN_ORDER

    def odd(self, rate: float) -> Mask:
        """So many of the groups that are not in order."""
        return self.messy & (self.random.random(self.groups) < rate)

    def some(self, rate: float) -> Mask:
        return self.random.random(self.groups) < rate

    def unknown(self) -> Mask:
        return self.odd(UNKNOWN)

    def fact(self, rate_false: float) -> pl.Series:
        """True in a group that is in order; false or unknown in others."""
        return nullable(~self.odd(rate_false), self.unknown())

    def pick(self, usual: Sequence[Any], odd: Sequence[Any], rate: float) -> npt.NDArray[Any]:
        of_two = self.random.choice(len(usual), self.groups), self.random.choice(len(odd), self.groups)
        return np.where(self.odd(rate), np.array(odd)[of_two[1]], np.array(usual)[of_two[0]])

    def days(self, around: npt.NDArray[Any], low: int, high: int) -> npt.NDArray[Any]:
        return around + self.random.integers(low, high, self.groups)

    def share(self, of: Whole, low: float, high: float) -> Whole:
        return self.random.binomial(of, self.random.uniform(low, high, self.groups))


class Book(Draw):
    """The columns by name, filled part by part; counts agree with each other."""

    def __init__(self, groups: int, random: np.random.Generator) -> None:
        super().__init__(groups, random)
        self.columns: dict[str, pl.Series] = {}
        self.open = self.odd(OPEN_COUNTS)
        self.nobody, self.no_months = self.some(NO_ROWS), self.some(NO_ROWS)
        self.renewal, self.audited = self.some(RENEWALS), self.some(AUDITS)
        self.window = self.some(IN_WINDOW) & ~self.renewal

    def spread(self, most: int = 3) -> Whole:
        return np.where(self.open, self.random.integers(0, most + 1, self.groups), 0)

    def keep(self, name: str, at_least: Whole, wider: Whole | int = 0, unknown: Mask | None = None) -> None:
        unknown = self.nobody if unknown is None else unknown
        self.columns[f"{name}.at_least"] = nullable(at_least, unknown)
        self.columns[f"{name}.at_most"] = nullable(at_least + wider, unknown)

    def of_those_who_enroll(self, count: str) -> None:
        """Of a count that is at most more than at least, those whose own answer is not what is open."""
        fewest, most = (self.columns[f"{count}.{end}"].fill_null(0).to_numpy() for end in ("at_least", "at_most"))
        self.keep(f"{count}_enrolling", fewest, np.where(self.some(0.5), most - fewest, 0))

    def any_of(self, name: str, count: str) -> None:
        """Whether a count is one or more: true, false, or null between."""
        fewest, most = (self.columns[f"{count}.{end}"].fill_null(0).to_numpy() >= 1 for end in ("at_least", "at_most"))
        self.columns[name] = nullable(fewest, self.nobody | (most & ~fewest))

    def people(self) -> None:
        """Who is eligible answers in one of five ways, 1099 worker or not."""
        eligible = self.random.integers(1, 51, self.groups)
        enrolled = np.where(self.odd(0.2), self.share(eligible, 0.2, 1.0), -(-eligible * 3 // 5))
        enrolled[self.odd(0.04)] = 0
        left = eligible - enrolled
        waived = self.share(left, 0.2, 0.9)
        alongside = np.where(self.odd(0.1), self.share(left - waived, 0.0, 1.0), 0)
        declines = left - waived - alongside
        unlisted = np.where(self.odd(0.2), self.share(waived, 0.0, 0.6), 0)
        hires_1099 = self.some(0.2)
        kinds = {
            "enrolled": enrolled, "declines": declines, "enrolled_or_alongside": enrolled + alongside,
            "declines_or_unlisted": declines + unlisted,
        }  # fmt: skip
        for name, counts in kinds.items():
            wider = self.spread()
            contractors = np.where(hires_1099, self.share(counts, 0.0, 0.45), 0)
            self.keep(name, counts, wider)
            self.keep(f"{name}_without_1099", counts - contractors, wider)
            if name == "enrolled":
                enrolling_1099 = np.where(self.odd(0.05), self.share(counts, 0.0, 0.7), contractors)
                enrolling_w2 = self.share(counts - enrolling_1099, 0.9, 1.0)
        self.keep("alongside", alongside, self.spread(1))
        self.keep("elections", np.where(self.odd(0.04), 0, eligible), self.spread())
        self.keep("enrolling_1099", enrolling_1099, self.spread(1))
        self.keep("enrolling_w2", enrolling_w2, self.spread())
        self.keep("workers_1099", enrolling_1099 + hires_1099, self.spread())
        self.columns["offers_1099"] = nullable(hires_1099 | (enrolling_1099 > 0), self.unknown())
        self.keep("waived", waived, self.spread())
        self.keep("waived_unproved", np.where(self.odd(0.3), self.share(waived, 0.0, 1.0), 0), self.spread(1))
        for suffix in ("", "_without_1099"):
            self.any_of(f"somebody_enrolls{suffix}", f"enrolled{suffix}")
        self.any_of("somebody_waives", "waived")
        self._staff(eligible)
        self._short(eligible, enrolled)

    def _staff(self, eligible: Whole) -> None:
        """Who is on a W-2: all but partners, all but them and their spouses, all but owners and their spouses."""
        not_partner = np.where(self.odd(0.06), 0, 1 + self.share(eligible, 0.3, 1.0))
        candidates = np.where(self.odd(0.04), 0, not_partner)
        outside = np.where(self.odd(0.08), 0, candidates)
        in_full = self.share(not_partner, 0.4, 1.0)
        in_full = np.where(self.messy, in_full, np.maximum(in_full, 1))
        in_full[self.odd(0.04)] = 0
        for name, everybody in {"": not_partner, "candidates": candidates, "outside": outside}.items():
            wider, of_all = self.spread(), {"": "not_partner"}.get(name, name)
            full_time = np.minimum(in_full, everybody)
            of_full = {"": "w2_full_time_not_partner", "candidates": "w2_full_time", "outside": "w2_full_time_outside"}
            self.keep(f"w2_{of_all}", everybody, wider + self.spread(1))
            self.keep(of_full[name], full_time, wider)
        staff = np.where(self.odd(0.05), 0, outside + self.odd(0.1))
        self.keep("w2_staff", staff, self.spread())
        self.keep("w2_unrelated", np.where(self.odd(0.08), 0, staff), self.spread() + self.odd(0.08))
        self.keep("w2_unpaid", np.minimum(staff, self.odd(0.05)), self.spread())
        self.columns["one_household"] = nullable(self.odd(0.3), self.odd(0.2))
        either = self.random.choice([0, 2], self.groups)
        self.columns["spouses_possible"] = nullable(either, self.odd(0.2))
        self.columns["household_possible"] = nullable(np.maximum(either, 2), self.odd(0.2))
        shareholders = np.minimum(in_full, self.random.integers(0, 3, self.groups))
        self.keep("s_corporation_shareholders", shareholders, self.spread(1))

    def _short(self, eligible: Whole, enrolled: Whole) -> None:
        """Who enrolls and is short of something, or lives outside of the service area."""
        for name in ("contribution_short", "short_of_hours", "underpaid", "between_hours"):
            self.keep(name, np.where(self.odd(0.05), np.minimum(1 + self.share(enrolled, 0.0, 0.3), enrolled), 0),
                      self.spread() + self.odd(0.05))  # fmt: skip
        # Pay is rarely on a census: of many groups nothing is known of it.
        self.columns["underpaid.at_most"] += nullable(np.where(self.some(0.4), enrolled, 0), self.nobody)
        outside = np.where(self.some(0.1), self.share(eligible, 0.0, 0.2), 0)
        self.keep("outside", outside, self.spread())
        self.keep("outside_in_other_plan", np.where(self.odd(0.4), self.share(outside, 0.0, 1.0), 0), self.spread(1))
        self.columns["offers_out_of_area_plan"] = self.fact(0.4)
        owners = np.minimum(enrolled, self.random.integers(0, 3, self.groups))
        self.keep("enrolling_owners", owners, self.spread(1))
        self.keep(
            "owner_short", np.where(self.odd(0.1), self.share(owners, 0.0, 1.0), 0), self.spread(1) + self.odd(0.08)
        )
        for name in ("short_of_hours", "owner_short"):
            self.of_those_who_enroll(name)

    def months(self) -> None:
        """Most groups have 2 to 48 full-time equivalents; some are at the edges, and some have other companies."""
        known = np.where(self.odd(0.05), self.random.integers(1, 12, self.groups), 12)
        existed, unknown = ~self.odd(0.06), self.unknown()
        hours = self.random.integers(2 * YEAR_OF_ONE, 48 * YEAR_OF_ONE, self.groups)
        small, large = self.odd(0.15), self.odd(0.12)
        hours[small] = self.random.integers(YEAR_OF_ONE // 2, 4 * YEAR_OF_ONE, self.groups)[small]
        hours[large] = self.random.integers(49 * YEAR_OF_ONE, 60 * YEAR_OF_ONE, self.groups)[large]
        edge = self.odd(0.05)
        hours[edge] = (self.random.choice([1, 2, 3, 51], self.groups) * YEAR_OF_ONE)[edge] + self.random.integers(
            -1, 2, self.groups
        )[edge]
        others = self.odd(0.2)  # other companies of the same owners
        narrow = np.where(others, self.share(hours, 0.5, 1.0), hours)
        missing = ((self.no_months | (known < 12)) & existed) | self.odd(0.02)
        over = np.where(hours > 50 * YEAR_OF_ONE, self.random.integers(1, 9, self.groups), 0)
        without = np.where(self.some(0.6), 0, over)
        for side, of_side, share in (("", hours, None), ("_narrow", narrow, 0.5)):
            self.columns[f"average_hours{side}"] = nullable(of_side, missing)
            if share is not None:
                over, without = (np.where(others, self.share(count, 0.0, 1.0), count) for count in (over, without))
            self.keep(f"months_over{side}", over, 0, self.no_months)
            self.keep(f"months_over_without_seasonal{side}", np.minimum(without, over), 0, self.no_months)
        self.keep("months_known", known, 0, self.no_months)
        self.columns["existed_all_year"] = nullable(existed, unknown)
        open_ = self.odd(0.06)
        self.columns["affiliates_open"] = pl.Series(open_)
        self.columns["affiliates_open_narrow"] = pl.Series(open_ & self.some(0.4))
        self.columns["taxed_as_s_corporation"] = nullable(self.some(0.4), self.unknown())
        theirs = others & self.some(0.7)
        for name in ("affiliates_enrolled", "affiliates_declined"):
            self.columns[name] = nullable(np.where(theirs, self.random.integers(0, 12, self.groups), 0), open_)

    def employer(self) -> None:
        """The application's facts, days and words."""
        effective = self.random.choice(np.array(["2025-08-01", "2025-10-01", "2025-11-01"], "M8[D]"), self.groups)
        effective[self.window] = np.datetime64("2026-01-01")
        complete = np.where(self.odd(0.06), self.days(effective, 0, 20), self.days(effective, -40, 1))
        complete = np.where(self.window, self.days(WINDOW[0], 0, 31), complete)
        in_window = ~self.renewal & (complete >= WINDOW[0]) & (complete <= WINDOW[1])
        not_complete = self.unknown()
        received = np.where(not_complete, np.datetime64(AS_OF), complete)
        formed = np.where(self.odd(0.08), self.days(effective, -90, 0), self.days(effective, -9000, -700))
        paid = np.where(self.odd(0.3), self.days(received, 1, 60), np.maximum(formed, self.days(formed, 0, 60)))
        expires = np.where(self.odd(0.1), self.days(effective, -60, 3), self.days(effective, 0, 700))
        covered = np.where(self.odd(0.1), self.days(effective, -60, -1), self.days(effective, -1, 30))
        has_coverage = self.some(0.4)
        peo = self.odd(0.08)
        classes = np.where(self.some(0.1), self.random.integers(1, 4, self.groups), 0)
        unlawful = np.where(self.odd(0.3), np.minimum(classes, 1), 0)
        classes_unknown = self.unknown()
        hours = self.pick([30_00, 32_00], [20_00, 29_99, 30_01, 40_00, 40_01], 0.06)
        self.columns |= {
            "is_renewal": pl.Series(self.renewal),
            "audited": pl.Series(self.audited),
            "in_open_window": nullable(in_window, not_complete & ~self.renewal),
            "effective_date": pl.Series(effective),
            "complete_on": nullable(complete, not_complete),
            "received_on": pl.Series(received),
            "purpose_attested": self.fact(0.04),
            "formed_on": nullable(formed, self.unknown()),
            "first_payroll_on": nullable(paid, self.odd(0.1)),
            "address_kind": nullable(self.pick(ADDRESSES[:2], ADDRESSES[2:], 0.05), self.unknown()),
            "inside_service_area": self.fact(0.05),
            "license_expires_on": nullable(expires, self.odd(0.2)),
            "secretary_of_state": nullable(self.pick(REGISTERED[:1], REGISTERED[1:], 0.15), self.odd(0.1)),
            "workers_compensation": nullable(self.pick(["covered"], ["none", "partial"], 0.1), self.unknown()),
            "employees_total": nullable(self.random.integers(1, 60, self.groups), self.odd(0.1)),
            "activity": nullable(self.pick(["none"], ["farm", "church", "nonprofit"], 0.15), self.odd(0.1)),
            "excluded_classes": nullable(self.odd(0.04).astype(np.int64), self.unknown()),
            "hours_required": nullable(hours, self.unknown()),
            "classes": nullable(classes, classes_unknown),
            "other_carrier": pl.Series(self.some(0.06)),
            "peo": pl.Series(peo),
            "peo_group_pays": nullable(~self.odd(0.3), self.odd(0.2)),
            "peo_in_group_name": nullable(~self.odd(0.3), self.odd(0.2)),
            "contract_months": pl.Series(np.where(self.renewal, self.random.integers(0, 13, self.groups), 0)),
            "waiting_worst_day": nullable(self.pick([1, 61, 91], [92, 93, 122], 0.05), self.unknown()),
            "has_existing_coverage": pl.Series(has_coverage),
            "existing_coverage_ends_on": nullable(covered, ~has_coverage | self.some(0.3)),
            "offers_at_open_enrollment": self.fact(0.03),
            "offers_to_new_hires": self.fact(0.03),
        }
        self.keep("unlawful_classes", unlawful, np.minimum(classes - unlawful, self.odd(0.1)), classes_unknown)
        below = np.minimum(self.odd(0.2), self.columns["contract_months"].to_numpy())
        self.keep("months_below", below, np.minimum(self.odd(0.1), self.columns["contract_months"].to_numpy() - below),
                  np.zeros(self.groups, np.bool_))  # fmt: skip

    def papers(self) -> None:
        for kind, rate in (
            ("employer_application", 0.04), ("enrollment_forms", 0.04), ("waiver_forms", 0.04),
            ("form_1099_validation", 0.1),
        ):  # fmt: skip
            self.columns[f"has_{kind}"] = pl.Series(~self.odd(rate))
        # An audit asks for all papers, or names those that it wants.
        for kind in ("wages", "ownership", "proofs"):
            self.columns[f"{kind}_asked"] = pl.Series(self.audited & ~self.odd(0.3))
        shown, unknown = ~self.odd(0.2), self.odd(0.1)
        self.columns["wages_shown"] = nullable(shown, unknown)
        self.columns["wages_shown_by_age"] = nullable(shown ^ self.odd(0.2), unknown | self.odd(0.1))
        owners = self.random.integers(0, 3, self.groups)
        self.columns["ownership_to_show"] = nullable(owners > 0, (owners == 0) & self.odd(0.2))
        unproved = np.where(self.odd(0.3), self.share(owners, 0.0, 1.0), 0)
        self.keep("owners_unproved", unproved, np.minimum(owners - unproved, self.odd(0.2)),
                  np.zeros(self.groups, np.bool_))  # fmt: skip
        self.columns["other_tax_papers"] = pl.Series(self.odd(0.04))


def nullable(values: npt.NDArray[Any], null: Mask) -> pl.Series:
    series = pl.Series(values)
    if not null.any():
        return series
    return series.to_frame("").select(pl.when(~pl.Series(null)).then(pl.col(""))).to_series()
