"""A program that calls the API through the client that openapi-python-client makes of /openapi.json."""

import os

from claimwire_client import AuthenticatedClient
from claimwire_client.api.claims import claims_create, claims_list, claims_show
from claimwire_client.api.shops import shops_create
from claimwire_client.api.webhooks import webhooks_create, webhooks_update
from claimwire_client.models import ClaimFields, NewWebhook, Problem, ShopRequest, WebhookFields

api = AuthenticatedClient(base_url=os.environ["CLAIMWIRE_SERVER"], token=os.environ["CLAIMWIRE_KEY"])

shop = shops_create.sync(client=api, body=ShopRequest(slug="pythonic", name="Pythonic"))
assert shop.slug == "pythonic", shop
# A new webhook needs its URL, and nothing that has a default.
hook = webhooks_create.sync("pythonic", client=api, body=NewWebhook(url="http://127.0.0.1:9/hook"))
assert hook.enabled_events == ["*"], hook
changed = webhooks_update.sync("pythonic", str(hook.uuid), client=api, body=WebhookFields(description="desk"))
assert changed.description == "desk" and changed.url == hook.url, changed
made = claims_create.sync("pythonic", client=api, body=ClaimFields(title="Broken mug", reason="damage"))
assert made.title == "Broken mug", made
listed = claims_list.sync("pythonic", client=api, limit=1)
assert [claim.id for claim in listed.data] == [made.id], listed
refused = claims_show.sync("pythonic", "x", client=api)
assert isinstance(refused, Problem) and refused.key == "claim_not_found", refused
