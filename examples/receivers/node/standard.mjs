// A receiver of Standard Webhooks (https://www.standardwebhooks.com), with nothing but Node.
//
//     PORT=8804 SECRET=whsec_… node standard.mjs
//
// Signed is `{webhook-id}.{webhook-timestamp}.{body}`: `v1` with HMAC-SHA256 under the bytes behind
// `whsec_`, `v1a` with ed25519, where SECRET is the public key `whpk_…`. `webhook-signature` holds one or
// more of them, apart by spaces. `webhook-id` is the same on every attempt.

import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { createServer } from "node:http";

const { PORT, SECRET } = process.env;
const key = Buffer.from(SECRET.replace(/^(whsec|whpk)_/, ""), "base64");
const toleranceSeconds = 300;
const bodyBytesMax = 4 << 20;

const seen = new Set(); // yours belongs into a database, with what the event leads to in one transaction

const byKeyPair = (publicKey) => ({
  scheme: "v1a",
  matches: (content, signature) => verify(null, content, publicKey, signature),
});
const bySecret = {
  scheme: "v1",
  matches(content, signature) {
    const expected = createHmac("sha256", key).update(content).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  },
};
const jwk = { kty: "OKP", crv: "Ed25519", x: key.toString("base64url") };
const check = SECRET.startsWith("whpk_") ? byKeyPair(createPublicKey({ key: jwk, format: "jwk" })) : bySecret;

function genuine(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures } = headers;
  if (!id || !signatures || !/^\d+$/.test(at ?? "")) return false;
  if (Math.abs(Date.now() / 1000 - Number(at)) > toleranceSeconds) return false;
  const content = Buffer.concat([Buffer.from(`${id}.${at}.`), body]);
  return signatures
    .split(" ")
    .map((entry) => entry.split(","))
    .filter(([scheme, text]) => scheme === check.scheme && text)
    .some(([, text]) => check.matches(content, Buffer.from(text, "base64")));
}

function accept(id, event) {
  if (seen.has(id)) return;
  seen.add(id);
  console.log(event.type, id);
}

function handle(headers, body) {
  if (!genuine(headers, body)) return 401;
  let event;
  try {
    event = JSON.parse(body);
  } catch {
    return 400;
  }
  if (typeof event?.type !== "string") return 400;
  accept(headers["webhook-id"], event);
  return 204;
}

createServer(async (request, response) => {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > bodyBytesMax) return response.writeHead(413).end();
    chunks.push(chunk);
  }
  response.writeHead(handle(request.headers, Buffer.concat(chunks))).end();
}).listen(Number(PORT), "127.0.0.1");
