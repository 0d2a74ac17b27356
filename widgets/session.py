"""Who is at the desk. Screens ask it for the person who acts and follow `changed`."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.views import Person


class Session(QObject):
    """The person signed in at this window. `changed` follows every sign-in, lock and change of person."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._person: Person | None = None
        self._locked = True

    @property
    def person(self) -> Person | None:
        """Who acts, or None before the first sign-in. Stays known while locked: a payment in flight keeps its owner."""
        return self._person

    @property
    def acting(self) -> Person:
        """Who acts. Raises RuntimeError before the first sign-in: no screen that acts is reachable then."""
        if self._person is None:
            raise RuntimeError("nobody is signed in")
        return self._person

    @property
    def locked(self) -> bool:
        """Is the lock over the page?"""
        return self._locked

    def sign_in(self, person: Person) -> None:
        """`person` is at the desk now."""
        self._person, self._locked = person, False
        self.changed.emit()

    def lock(self) -> None:
        """Put the lock over the page; the person stays the owner of what runs."""
        if not self._locked:
            self._locked = True
            self.changed.emit()
