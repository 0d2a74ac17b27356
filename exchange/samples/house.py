"""How the invented practice has set itself up: rules, ways to pay, kinds of visit with their charges."""

from __future__ import annotations

from models.basics.ids import natural_id
from models.operations.records import AppointmentProfile, BillingProfile, Method, ProfileLine, Rules

_CODES = {
    "New patient": (ProfileLine(code="99203", description="Office visit, new patient", price_cents=18500),),
    "Physical therapy": (
        ProfileLine(code="97110", description="Therapeutic exercise", price_cents=4200, units=2),
        ProfileLine(code="97140", description="Manual therapy", price_cents=4000),
    ),
    "Allergy shot": (ProfileLine(code="95115", description="Allergen injection, single", price_cents=2800),),
}
_KINDS = (
    ("New patient", "#14568C", 30, ""),
    ("Physical therapy", "#573A9C", 45, ""),
    ("Allergy shot", "#1B7A44", 15, "cash"),
)


def house(tenant: str) -> tuple[object, ...]:
    """The records in the order they are put. The same practice always has the same ids."""
    billing = {name: natural_id(tenant, "sample-billing", name) for name in _CODES}
    return (
        Rules(auto_allocate=True, no_show_fee_cents=2_500, bounced_check_fee_cents=3_500),
        Method(id=natural_id(tenant, "sample-method", "fsa"), name="Flex spending card", reference="Trace number",
               position=4),
        *(BillingProfile(id=billing[name], name=name, lines=lines) for name, lines in _CODES.items()),
        *(AppointmentProfile(id=natural_id(tenant, "sample-kind", name), name=name, color=color, minutes=minutes,
                             billing_profile_id=billing[name], payment_profile=pays)
          for name, color, minutes, pays in _KINDS),
    )  # fmt: skip
