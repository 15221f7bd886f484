// A program that calls the API through types made of /openapi.json: `tsc` refuses it where the document does not say what is
// answered, and it fails where the server answers otherwise.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths, webhooks } from "./schema.js";

const api = createClient<paths>({
  baseUrl: process.env.CLAIMWIRE_SERVER!,
  headers: { "X-API-Key": process.env.CLAIMWIRE_KEY! },
});
const path = { slug: "typed" };

const shop = await api.POST("/v1/shops", { body: { slug: "typed", name: "Typed" } });
assert.equal(shop.data?.slug, "typed", JSON.stringify(shop.error));

// A new webhook needs its URL, and nothing that has a default.
const hook = await api.POST("/v1/shops/{slug}/webhooks", { params: { path }, body: { url: "http://127.0.0.1:9/hook" } });
assert.deepEqual(hook.data?.enabled_events, ["*"], JSON.stringify(hook.error));
const patch: components["schemas"]["WebhookFields"] = { description: "desk" };
const uuid = hook.data!.uuid;
const changed = await api.PATCH("/v1/shops/{slug}/webhooks/{uuid}", { params: { path: { ...path, uuid } }, body: patch });
assert.equal(changed.data?.description, "desk", JSON.stringify(changed.error));

const made = await api.POST("/v1/shops/{slug}/claims", { params: { path }, body: { title: "Broken mug", reason: "damage" } });
assert.equal(made.data?.status, "pending", JSON.stringify(made.error));
const listed = await api.GET("/v1/shops/{slug}/claims", { params: { path, query: { limit: 1 } } });
assert.equal(listed.data?.data[0]?.id, made.data!.id);

const refused = await api.GET("/v1/shops/{slug}/claims/{id}", { params: { path: { ...path, id: "x" } } });
assert.equal(refused.error?.key, "claim_not_found");

// What a receiver gets.
type Received = webhooks["karla:claims/created"]["post"]["requestBody"]["content"]["application/json"];
const ref: Received["ref"] = "claims/created";
assert.equal(ref, "claims/created");
