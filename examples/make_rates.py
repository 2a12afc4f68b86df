"""Makes `rates.csv`: 44 invented plans × Georgia's 16 rating areas × 51 age bands. No carrier filed it.

    python examples/make_rates.py

An age-21 base for each plan × a factor for each area × the federal age curve, half up to the cent, in whole
numbers throughout, so that every run writes the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import yaml

HERE = Path(__file__).parent
AGE_CURVE = HERE.parent / "src/smallgroup/rulebook/data/federal/age_curve.yaml"

HEADER = (
    "plan_id", "name", "metal", "kind", "rating_area", "effective_from", "effective_to", "tobacco",
    "age_band", "monthly_rate", "basis",
)  # fmt: skip
EFFECTIVE = ("2025-07-01", "2026-06-30")
CURVE_FROM = "2018-01-01"
BASIS = "illustrative, not filed"

# Metal → number of plans, cents at age 21 of the first HMO, cents between one plan and the next.
METALS = {
    "Bronze": (8, 26000, 900),
    "Silver": (16, 33000, 550),
    "Gold": (13, 42000, 600),
    "Platinum": (7, 50000, 1150),
}

# Plan → (kind, word in its name, cents at age 21); all other plans are HMOs on their metal's ladder.
# A PPO costs more than the dearest HMO of its metal, an out-of-area PPO more still.
OTHER_KINDS = {
    "KP-GA-BRONZE-8": ("ppo", "PPO", 32900),
    "KP-GA-SILVER-15": ("ppo", "PPO", 41800),
    "KP-GA-SILVER-16": ("ooa_ppo", "Out-of-Area PPO", 44900),
    "KP-GA-GOLD-12": ("ppo", "PPO", 49900),
    "KP-GA-GOLD-13": ("ooa_ppo", "Out-of-Area PPO", 53900),
    "KP-GA-PLATINUM-7": ("ppo", "PPO", 57900),
}

# Rating area → its invented factor in thousandths; area 3 (Atlanta) is 1.
AREAS = {
    1: 1062, 2: 981, 3: 1000, 4: 1043, 5: 1018, 6: 1090, 7: 1027, 8: 1075,
    9: 968, 10: 1035, 11: 1081, 12: 1049, 13: 972, 14: 1054, 15: 1096, 16: 1033,
}  # fmt: skip


def plans() -> Iterator[tuple[str, str, str, str, int]]:
    """Plan id, name, metal, kind, cents at age 21 in area 3."""
    for metal, (count, first, step) in METALS.items():
        for number in range(1, count + 1):
            plan_id = f"KP-GA-{metal.upper()}-{number}"
            on_the_ladder = ("hmo", "HMO", first + step * (number - 1))
            kind, word, base = OTHER_KINDS.get(plan_id, on_the_ladder)
            yield plan_id, f"Illustrative {metal} {number} {word}", metal, kind, base


def rate(base: int, area: int, factor: Fraction) -> str:
    """Cents at age 21 × area × age, half up to the cent, as dollars: 26000, 3, 1.278 → `"332.28"`."""
    exact = base * Fraction(AREAS[area], 1000) * factor
    cents = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return f"{cents // 100}.{cents % 100:02d}"


def rows() -> Iterator[tuple[str, ...]]:
    editions = yaml.safe_load(AGE_CURVE.read_text("utf-8"))["factors"]
    printed = next(edition["value"] for edition in editions if str(edition["from"]) == CURVE_FROM)
    curve = {band: Fraction(str(factor)) for band, factor in printed.items()}
    for plan_id, name, metal, kind, base in plans():
        for area in AREAS:
            for band, factor in curve.items():
                monthly = rate(base, area, factor)
                yield plan_id, name, metal, kind, str(area), *EFFECTIVE, "", band, monthly, BASIS


def write(to: Path) -> None:
    with to.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows())


if __name__ == "__main__":
    write(HERE / "rates.csv")
