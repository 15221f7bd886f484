// A receiver of Claimable's webhooks, with nothing but Node.
//
//     PORT=8803 SECRET=… node claimable.mjs
//
// Claimable names the event twice, in the body and in the header `Event-Name` (with or without quotes),
// and signs nothing. A sender that does sign puts `Claimwire-Signature: t=UNIX,v1=HEX` beside it:
// HMAC-SHA256 over `{t}.{body}`. There is no delivery id; a retry has the same body, but so may a second
// event of the same kind later on, so bodies are remembered for a while only.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { PORT, SECRET } = process.env;
const toleranceSeconds = 300;
const rememberedSeconds = 3600;
const bodyBytesMax = 4 << 20;

const seen = new Map(); // yours belongs into a database, with what the event leads to in one transaction

function genuine(header = "", body) {
  const entries = header.split(",").map((entry) => entry.trim().split(/=(.*)/s));
  const [time] = entries.filter(([key]) => key === "t").map(([, value]) => value);
  if (!/^\d+$/.test(time ?? "")) return false;
  if (Math.abs(Date.now() / 1000 - Number(time)) > toleranceSeconds) return false;
  const expected = createHmac("sha256", SECRET).update(`${time}.`).update(body).digest();
  return entries
    .filter(([key, value]) => key === "v1" && /^[0-9a-f]{64}$/.test(value ?? ""))
    .some(([, value]) => timingSafeEqual(Buffer.from(value, "hex"), expected));
}

function accept(name, subject, body) {
  const now = Date.now() / 1000;
  for (const [old, at] of seen) if (now - at > rememberedSeconds) seen.delete(old);
  const key = createHash("sha256").update(body).digest("hex");
  if (seen.has(key)) return;
  seen.set(key, now);
  console.log(name, subject.id);
}

function handle(headers, body) {
  if (!genuine(headers["claimwire-signature"], body)) return 401;
  let event;
  try {
    event = JSON.parse(body);
  } catch {
    return 400;
  }
  const name = (headers["event-name"] ?? "").replaceAll('"', "").trim();
  if (!name || event?.event_name !== name) return 400;
  const subject = event[name.split(".")[0]]; // `claim` or `contact`
  if (typeof subject !== "object" || subject === null) return 400;
  accept(name, subject, body);
  return 200;
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
