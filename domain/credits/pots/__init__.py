"""Community pots: credits given for another person, or for a purpose of the market."""

from domain.credits.pots.actions import (
    POT_GIFT,
    add_pot_recipient,
    close_pot,
    give_to_pot,
    open_pot,
    remove_pot_recipient,
)
from domain.credits.pots.models import ContributionPot, PotGift
from domain.credits.pots.queries import VisiblePot, get_pot, list_pots, list_user_gifts, visible_pot

__all__ = [
    "POT_GIFT",
    "ContributionPot",
    "PotGift",
    "VisiblePot",
    "add_pot_recipient",
    "close_pot",
    "get_pot",
    "give_to_pot",
    "list_pots",
    "list_user_gifts",
    "open_pot",
    "remove_pot_recipient",
    "visible_pot",
]
