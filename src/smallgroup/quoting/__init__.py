"""Plans × contribution → a quote: premiums and findings in one answer; and a quote beside what came of it."""

from smallgroup.quoting.anniversary import Notice, anniversary, rates_guaranteed_to, renewal_notice
from smallgroup.quoting.quote import PAY_PERIODS, Elected, ElectedPlan, Money, PricedPlan, Quote, quote
from smallgroup.quoting.rerate import FamilyChange, MemberChange, Rated, Rerate, quoted_to_final, renewal, rerate

__all__ = [
    "PAY_PERIODS", "Elected", "ElectedPlan", "FamilyChange", "MemberChange", "Money", "Notice", "PricedPlan", "Quote",
    "Rated", "Rerate", "anniversary", "quote", "quoted_to_final", "rates_guaranteed_to", "renewal",
    "renewal_notice", "rerate",
]  # fmt: skip
