"""Explanations: why a posting of credits moved its amount, recomputable from its own document."""

from domain.contributions.explanations.posting import PostingExplanation, explain_posting
from domain.contributions.explanations.recompute import recompute_posting
from domain.contributions.explanations.trace import ContributionTrace, trace_contribution

__all__ = [
    "ContributionTrace",
    "PostingExplanation",
    "explain_posting",
    "recompute_posting",
    "trace_contribution",
]
