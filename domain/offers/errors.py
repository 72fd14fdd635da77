"""What offers refuse."""

from domain.foundation.errors import Conflict, NotFound, Unacceptable


class OfferUnknown(NotFound):
    """There is no such offer, or none that this caller may know of."""

    slug = "offer-unknown"
    title = "There is no such offer"


class OptionUnknown(NotFound):
    """The offer has no such option, or no longer."""

    slug = "option-unknown"
    title = "There is no such option"


class CategoryUnknown(NotFound):
    """There is no such category."""

    slug = "category-unknown"
    title = "There is no such category"


class CategorySlugTaken(Conflict):
    """Another category has this slug."""

    slug = "category-slug-taken"
    title = "Another category has this slug"
    constraint = "categories_have_one_slug_each"


class SchemaUnfit(Unacceptable):
    """The schema of a category's attributes is none that offers could be checked against."""

    slug = "attributes-schema-unfit"
    title = "This is no schema for attributes"


class ContentUnfit(Unacceptable):
    """Something in the offer does not fit its category or its market; `errors` names each field with why."""

    slug = "offer-unfit"
    title = "The offer does not fit its category"


class OfferIncomplete(Unacceptable):
    """What people need before they can book is still open; `errors` names each field with why."""

    slug = "offer-incomplete"
    title = "The offer is not complete yet"


class TooManyOptions(Conflict):
    """An offer has room for so many options only."""

    slug = "too-many-options"
    title = "The offer has as many options as it can"


class TaskUnknown(NotFound):
    """The offer has no such task, or no longer."""

    slug = "task-unknown"
    title = "There is no such task"


class TooManyTasks(Conflict):
    """An offer has room for so many tasks only; each share is counted exactly, over every set of them."""

    slug = "too-many-tasks"
    title = "The offer has as many tasks as it can"


class SavingsUnfit(Unacceptable):
    """What tasks save cannot be: less for doing more, or more than the service costs.

    Where it is the tasks that do not fit together, `tasks` names those that would save less with one more.
    """

    slug = "savings-unfit"
    title = "Tasks cannot save this"


class GridUnfit(Unacceptable):
    """The grid of starts does not divide the day, so every day would have another one."""

    slug = "grid-unfit"
    title = "A grid of starts divides the day"
    constraint = "categories_grids_divide_the_day"
