"""Defining categories: the five that every installation starts with, and any that come later. Data alone."""

from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session, col, select

from domain.foundation.actors import SYSTEM, Actor
from domain.foundation.events import record_event
from domain.offers.attributes import check_schema
from domain.offers.content import CategoryContent
from domain.offers.events import CategoryDefined
from domain.offers.models import Category
from domain.offers.standard_categories import STANDARD_CATEGORIES


def define_category(session: Session, content: CategoryContent, *, by: Actor, at: datetime) -> Category:
    """Add a kind of service. Raises `SchemaUnfit`, `GridUnfit`, and `CategorySlugTaken` by constraint."""
    check_schema(content.attributes_schema)
    category = Category(**asdict(content), created_at=at)
    session.add(category)
    fact = CategoryDefined(category_id=category.id, slug=category.slug)
    record_event(session, fact, subject=("category", category.id), by=by, at=at)
    return category


def define_standard_categories(session: Session, at: datetime) -> list[Category]:
    """Add those of the five standard categories that are not there yet; returns the ones added."""
    known = set(session.exec(select(col(Category.slug))))
    missing = [content for content in STANDARD_CATEGORIES if content.slug not in known]
    return [define_category(session, content, by=SYSTEM, at=at) for content in missing]
