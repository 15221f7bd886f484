"""Encodes an event in each dialect, from the dialects' description alone.

Everything is compared as text would be: objects as lists of pairs, so that order counts, and numbers
as their text, so that 1.10 is not 1.1.
"""

import datetime
import decimal
import json


class Number(str):
    """A number as it is written."""


class Members(list):
    """An object's members in order."""

    def get(self, name):
        return next((value for key, value in self if key == name), None)


def parse(text):
    return json.loads(text, object_pairs_hook=Members, parse_int=Number, parse_float=Number)


def difference(vector):
    """What differs between the expected body and ours; None when nothing does."""
    text = vector["expect"]["body"]["text"]
    ours, theirs = Encoder(vector).body(), parse(text)
    event = vector["event"]
    if event and event["posted"] and event["event_data"] not in text:
        return "the posted event_data is not there byte for byte"
    return None if ours == theirs else f"the body is\n  {theirs}\nnot\n  {ours}"


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def seconds(text, zone):
    return instant(text).strftime("%Y-%m-%dT%H:%M:%S") + zone


def cents(number):
    if number is None:
        return None
    exact = decimal.Decimal(number) * 100
    return Number(exact.quantize(decimal.Decimal(1), rounding=decimal.ROUND_HALF_UP))


KARLA_GROUPS = {"claims/created": "claim_created", "claims/updated": "claim_updated"}
CLAIMPORT = {
    "claims/created": "claim.created",
    "claims/details_changed": "claim.updated",
    "claims/status_changed": "claim.status_changed",
    "claims/approved": "claim.approved",
    "claims/denied": "claim.denied",
    "claims/closed": "claim.closed",
    "claims/assigned": "claim.assigned",
    "messages/received": "message.received",
    "messages/sent": "message.sent",
    "orders/synced": "order.synced",
}
CLAIMABLE_DOTTED = {"damage_created": "damage.created", "damage_deleted": "damage.deleted"}
NO_CONTEXT = '{"order":null,"customer":null,"shipments":[],"claims":[]}'


class Encoder:
    def __init__(self, vector):
        self.vector, self.shop, self.event = vector, vector["shop"], vector["event"]
        if self.event:
            self.ref = self.event["ref"]
            self.source = self.ref.split("/")[0]
            self.kind = self.source.removesuffix("s")
            self.data = parse(self.event["event_data"])
            self.context = parse(self.event["context"] or NO_CONTEXT)
            self.posted = self.event["posted"]

    def body(self):
        return getattr(self, self.vector["dialect"])()

    def karla(self):
        event = self.event
        return Members([
            ("source", self.source),
            ("ref", self.ref),
            ("version", Number("1")),
            ("triggered_at", seconds(event["triggered_at"], "+00:00")),
            ("event_group", event["event_group"] or KARLA_GROUPS[self.ref]),
            ("event_data", self.data if self.posted else self.karla_data()),
            ("context", self.context),
            ("shop_slug", self.shop["slug"]),
            ("shop_id", self.shop["id"]),
        ])

    def karla_data(self):
        pick = lambda names: [(name, self.data.get(name)) for name in names.split()]
        time = lambda name: (name, seconds(self.data.get(name), "+00:00"))
        if self.source == "shipments":
            names = (
                "event_id shipment_id event_name event_group phase direction"
                " carrier_reference tracking_number tracking_url"
            )
            return Members(pick(names) + [time("updated_at")])
        names = (
            "reason resolution_preference status description customer_signature_image_url"
            " selected_items image_urls optional_image_urls"
        )
        return Members([
            ("claim_id", self.data.get("id")),
            ("event_name", self.ref.split("/")[1]),
            ("event_group", self.event["event_group"]),
            time("created_at"),
            time("updated_at"),
            *pick(names),
        ])

    def claimport(self):
        if not self.event:
            at = datetime.datetime.fromtimestamp(self.vector["now"], datetime.timezone.utc)
            return Members([("type", "webhook.test"), ("timestamp", at.strftime("%Y-%m-%dT%H:%M:%SZ"))])
        ident = self.event["id"]
        data = [(self.kind, self.claimport_claim(self.data) if self.kind == "claim" else self.data)]
        claims = self.context.get("claims")
        if self.kind == "message" and claims:
            data.append(("claim", self.claimport_claim(claims[0])))
        return Members([
            ("id", ident if ident.startswith("evt_") else "evt_" + ident),
            ("type", CLAIMPORT[self.ref]),
            ("timestamp", seconds(self.event["triggered_at"], "Z")),
            ("data", Members(data)),
        ])

    def claimport_claim(self, claim):
        if self.posted:
            return claim
        words = {"accepted": "approved", "rejected": "denied"}
        rest = [
            (key, words.get(value, value) if key == "status" else value)
            for key, value in claim
            if key != "id"
        ]
        number = int(claim.get("number"))
        return Members([("id", f"CLM-{number:06}"), ("claim_id", claim.get("id")), *rest])

    def claimable(self):
        members = [(self.kind, self.data)]
        if not self.posted:
            members = [(self.kind, getattr(self, "claimable_" + self.kind)())]
            members += [(part, self.data.get(part)) for part in ("label", "damage") if self.data.get(part)]
        action = self.ref.split("/")[1]
        by = self.event["performed_by"]
        actor = [("name", by.get("name"))]
        if by["source"] == "ui" and "user_id" in by:
            actor.insert(0, ("user_id", Number(by["user_id"])))
        return Members([
            *members,
            ("event_name", f"{self.kind}.{CLAIMABLE_DOTTED.get(action, action)}"),
            ("source", by["source"]),
            ("performed_by", Members(actor)),
        ])

    def claimable_contact(self):
        rest = [(key, value) for key, value in self.data if key not in ("id", "number")]
        return Members([("id", self.data.get("number")), ("contact_id", self.data.get("id")), *rest])

    def claimable_claim(self):
        get = self.data.get
        items = [
            Members((key, cents(value) if key == "net_price" else value) for key, value in item)
            for item in get("selected_items")
        ]
        priced = [item for item in items if item.get("net_price") is not None]
        cost = sum(int(item.get("net_price")) * int(item.get("quantity")) for item in priced)
        customer, assignee = get("customer"), get("assignee")
        name = " ".join(filter(None, [customer.get("first_name"), customer.get("last_name")])) if customer else None
        claimant = customer and Members((k, customer.get(k)) for k in ("first_name", "last_name", "email"))
        ours = (
            "updated_at resolution_preference order_number shipment_id image_urls optional_image_urls"
            " customer_signature_image_url damages custom"
        )
        return Members([
            ("id", get("number")),
            ("title", get("title") or name),
            ("type", get("type")),
            ("incident_type", get("reason")),
            ("status", "closed" if get("status") == "closed" else "open"),
            ("labels", get("labels")),
            ("claimant", claimant),
            ("assigned_to", assignee and Members([
                ("id", assignee.get("user_id")),
                ("name", assignee.get("name")),
                ("email", assignee.get("email")),
            ])),
            ("incident_description", get("description")),
            ("external_claim_ref", get("id")),
            ("estimated_claim_cost", Number(cost) if priced else None),
            ("reported_at", get("created_at")),
            ("opened_at", get("created_at")),
            ("closed_at", get("closed_at")),
            ("selected_items", items),
            *((key, get(key)) for key in ours.split()),
        ])

    def standard(self):
        return Members([
            ("type", f"{self.kind}." + ".".join(self.ref.split("/")[1:])),
            ("timestamp", self.event["triggered_at"]),
            ("data", self.standard_data()),
        ])

    def standard_data(self):
        event = self.event
        return Members([
            (self.kind, self.data),
            ("changes", parse(event["changes"] or "null")),
            ("context", self.context),
            ("performed_by", parse(json.dumps(event["performed_by"]))),
        ])

    def cloudevents(self):
        event = self.event
        subject = event["subject"]
        path = [("subject", f"{subject['type']}s/{subject['id']}")] if subject else []
        return Members([
            ("specversion", "1.0"),
            ("id", event["id"]),
            ("source", f"/shops/{self.shop['slug']}"),
            ("type", "io.claimwire." + dict(self.standard())["type"]),
            *path,
            ("time", event["triggered_at"]),
            ("datacontenttype", "application/json"),
            ("data", self.standard_data()),
        ])
