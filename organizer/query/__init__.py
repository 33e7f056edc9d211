"""The language in which videos are searched for: text to values and back, without a library."""

from __future__ import annotations

from organizer.errors import QueryError
from organizer.query.chips import Chip, chips, without
from organizer.query.complete import Completion, CompletionKind, complete
from organizer.query.describe import describe
from organizer.query.expr import Expr, all_of, any_of, parts_of, terms_of
from organizer.query.names import Names, SavedSearch
from organizer.query.parse import parse
from organizer.query.printing import print_query

__all__ = [
    "Chip",
    "Completion",
    "CompletionKind",
    "Expr",
    "Names",
    "QueryError",
    "SavedSearch",
    "all_of",
    "any_of",
    "chips",
    "complete",
    "describe",
    "parse",
    "parts_of",
    "print_query",
    "terms_of",
    "without",
]
