"""Plans × contribution → a quote: premiums and findings in one answer."""

from smallgroup.quoting.quote import PAY_PERIODS, Elected, ElectedPlan, Money, PricedPlan, Quote, quote

__all__ = ["PAY_PERIODS", "Elected", "ElectedPlan", "Money", "PricedPlan", "Quote", "quote"]
