"""Refusals of the simulated API, with the statuses and words of VergeOS.

The words are the known ones (docs/vergeos/README.md §7.3). Where a refusal is documented but its words are not, the
text is ours, as the docstring says; the status is then 422, the only one that a measured sweep found for wrong states.
"""

from __future__ import annotations


class ApiError(Exception):
    """An answer other than success.

    Attributes:
        status: The HTTP status.
        text: The sentence in the body's ``err``.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text


def refused(text: str) -> ApiError:
    """A wrong state or parameter (422)."""
    return ApiError(422, text)


def invalid(field: str) -> ApiError:
    """A value outside its column's limits (422)."""
    return refused(f"Validation error on field: '{field}' - 'fails validation test'")


def missing(table: str, field: str) -> ApiError:
    """A column that a POST has to name (422)."""
    return refused(f"field '{table}.{field}' is required")


def not_in_list(field: str, value: object) -> ApiError:
    """A word that is not in a column's or action table's list (422)."""
    return refused(f"value '{value}' is not in list for field '{field}'")


def readonly(field: str) -> ApiError:
    """A PUT of a column that cannot be changed (422)."""
    return refused(f"field '{field}' is readonly")


def invalid_argument() -> ApiError:
    """A query parameter that does not parse (422)."""
    return refused("Invalid argument")


def in_use(field: str, value: object, *, status: int) -> ApiError:
    """A value that must be unique and is not (409; 422 before 26.1.4)."""
    return ApiError(status, f"{field} '{value}' is already in use")


def dangling(field: str) -> ApiError:
    """A reference to a row that does not exist, key 0 included (404)."""
    return ApiError(404, f"error setting field '{field}': No such file or directory")


def not_found(path: str) -> ApiError:
    """A row or resource that does not exist (404)."""
    return ApiError(404, f"Resource '{path}' not found")


def login_required() -> ApiError:
    """Missing, wrong or expired credentials (401)."""
    return ApiError(401, "Login required")


def denied() -> ApiError:
    """Something that the user has no right to (403)."""
    return ApiError(403, "Permission denied")


def not_permitted(what: str) -> ApiError:
    """A method that this resource does not offer (405); in our own words."""
    return ApiError(405, f"{what} is not permitted")


def not_modelled(what: str) -> ApiError:
    """Something that VergeOS may have and this simulator does not model (501)."""
    return ApiError(501, f"{what} is not modelled by this simulator")
