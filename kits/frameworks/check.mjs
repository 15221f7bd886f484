// The TypeScript kit in the real Express and Fastify, and in a route handler of the form that Next.js has: node kits/frameworks/check.mjs

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import express from "express";
import fastify from "fastify";
import { Seen, forFastify, forNode, forWeb, once } from "../typescript/index.js";

const secret = "a secret of sixteen";
// Bytes that JSON written anew would not have.
const body = Buffer.from('{"id" :  "evt_1", "type": "claim.created", "note": "H\\u00e4ä"}');
const options = { dialect: "claimport", secret, onError: () => {} };

function headers(content, event = "evt_1") {
  const mac = createHmac("sha256", secret).update(content).digest("hex");
  return { "x-claimport-signature": `sha256=${mac}`, "claimwire-event-id": event, "content-type": "application/json" };
}

async function inExpress(work) {
  const app = express();
  app.post("/claims", forNode(options, work));
  app.use(express.json());
  const server = app.listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  return { url: `http://127.0.0.1:${server.address().port}/claims`, end: () => server.close() };
}

async function inFastify(work) {
  const app = fastify();
  app.register(forFastify({ path: "/claims", ...options }, work));
  return { url: `${await app.listen({ host: "127.0.0.1", port: 0 })}/claims`, end: () => app.close() };
}

// app/claims/route.ts of Next.js exports POST, which takes a Request and gives a Response.
async function inNext(work) {
  const POST = forWeb(options, work);
  const server = createServer(async (req, res) => {
    const chunks = await Array.fromAsync?.(req) ?? (await req.toArray());
    const answer = await POST(new Request(`http://localhost${req.url}`, { method: "POST", headers: req.headers, body: Buffer.concat(chunks) }));
    res.writeHead(answer.status).end();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${server.address().port}/claims`, end: () => server.close() };
}

async function check(name, framework) {
  const done = [];
  const { url, end } = await framework(
    once(new Seen(), async ({ eventId, event }) => {
      if (eventId === "evt_fails") throw new Error("the helpdesk is away");
      done.push(event.note);
    }),
  );
  const post = async (content, given) => (await fetch(url, { method: "POST", headers: given, body: content })).status;
  const noJson = Buffer.from("no JSON");
  assert.equal(await post(body, headers(body)), 204, name);
  assert.equal(await post(body, headers(body)), 204, name);
  assert.deepEqual(done, ["Hää"], name);
  assert.equal(await post(Buffer.concat([body, Buffer.from(" ")]), headers(body)), 401, name);
  assert.equal(await post(body, { "content-type": "application/json" }), 401, name);
  assert.equal(await post(noJson, headers(noJson, "evt_2")), 400, name);
  assert.equal(await post(body, headers(body, "evt_fails")), 500, name);
  assert.equal(done.length, 1, name);
  await end();
}

const frameworks = { Express: inExpress, Fastify: inFastify, "the form of Next.js": inNext };
for (const [name, framework] of Object.entries(frameworks)) await check(name, framework);
console.log(`the TypeScript kit in ${Object.keys(frameworks).join(", ")}: genuine, again, forged, no JSON, a failure`);
process.exit(0);
