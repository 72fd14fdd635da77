"""Every refusal has a stable name, a sentence, a status, a place that raises it and a test that sees it."""

import re
from collections import Counter

from api import app, problems
from domain.foundation import errors
from domain.foundation.errors import DomainError
from tests.house.source import files, test_files

app.routers()
KINDS = [
    kind
    for kind in DomainError.all_classes()
    if kind.__module__.split(".")[0] in {"api", "domain", "workers"}
]
BASES = {value for value in vars(errors).values() if isinstance(value, type)}


def test_a_slug_belongs_to_one_refusal():
    def below(kind):
        return [kind, *(leaf for child in kind.__subclasses__() for leaf in below(child))]

    own = [kind for kind in below(DomainError) if "slug" in vars(kind)]
    slugs = [kind.slug for kind in own]
    assert sorted(slugs) == sorted(set(slugs)), "Clients branch on the slug: two meanings need two slugs."


def test_a_refusal_has_a_name_a_title_a_sentence_and_a_status():
    for kind in KINDS:
        named = kind is DomainError or re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.slug)
        assert named, f"{kind.__name__}: a slug is words with dashes."
        assert kind.title, f"{kind.__name__}: a refusal tells people in a few words what is wrong."
        assert kind.__doc__, f"{kind.__name__}: its docstring becomes its page under /problems."
        assert kind is DomainError or problems.status_of(kind)


def test_a_refusal_is_used_and_tested():
    product, tests = (Counter(re.findall(r"\w+", "\n".join(of().values()))) for of in (files, test_files))
    told = "\n".join(test_files().values())
    own = [kind for kind in KINDS if kind not in BASES]
    unused = [kind.__name__ for kind in own if product[kind.__name__] < 2]
    assert not unused, f"Raised nowhere: delete {unused}."
    unseen = [kind.__name__ for kind in own if not tests[kind.__name__] and kind.slug not in told]
    assert not unseen, f"No test sees {unseen}: write the one where a caller runs into it."


def test_the_list_of_problems_is_the_committed_one():
    from ops.documents import problems_page
    from tests.house.source import ROOT

    assert (ROOT / "docs/problems.md").read_text() == problems_page(), "Run `make documents`."
