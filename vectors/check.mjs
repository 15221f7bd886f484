// Checks the signature of every vector with Node's own crypto.
//
//     node check.mjs [--official]
//
// Where the package `standardwebhooks` is installed it judges the HMAC vectors of the standard family
// too; with --official it is an error when it is not. Exit code 1 when anything differs. What bodies
// hold is checked by check.py.

import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const dialects = ["karla", "claimport", "claimable", "standard", "cloudevents"];
const ed25519Prefix = Buffer.from("302a300506032b6570032100", "hex");

class Refused extends Error {}

function header(headers, name) {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase());
  if (!found) throw new Refused("missing_header");
  return found[1];
}

const mac = (key, ...parts) => {
  const hmac = createHmac("sha256", key);
  parts.forEach((part) => hmac.update(part));
  return hmac.digest();
};

function same(tag, text, encoding) {
  const given = Buffer.from(text, encoding);
  return given.length === tag.length && timingSafeEqual(given, tag);
}

function inTime(text, vector) {
  if (!/^\d+$/.test(text)) throw new Refused("malformed_header");
  const age = vector.now - Number(text);
  if (age > vector.tolerance_seconds) throw new Refused("timestamp_too_old");
  if (-age > vector.tolerance_seconds) throw new Refused("timestamp_too_new");
}

function oneOf(matches, texts) {
  if (!texts.some(matches)) throw new Refused("no_match");
}

function checkStamped(name, vector, headers, body) {
  const entries = header(headers, name)
    .split(",")
    .filter((entry) => entry.includes("="))
    .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]);
  const of = (wanted) => entries.filter(([key]) => key === wanted).map(([, value]) => value);
  const [time] = of("t");
  if (time === undefined || of("v1").length === 0) throw new Refused("malformed_header");
  inTime(time, vector);
  const tag = mac(vector.secret, `${time}.`, body);
  oneOf((text) => same(tag, text, "hex"), of("v1"));
}

function checkClaimport(vector, headers, body) {
  const first = header(headers, "X-ClaimPort-Signature");
  if (!first.startsWith("sha256=")) throw new Refused("malformed_header");
  const next = Object.entries(headers).find(([key]) => /^x-claimport-signature-next$/i.test(key));
  const tag = mac(vector.secret, body);
  const values = [first, next?.[1] ?? ""].filter((value) => value.startsWith("sha256="));
  oneOf((value) => same(tag, value.slice(7), "hex"), values);
}

function checkStandard(vector, headers, body) {
  const [id, time, value] = ["id", "timestamp", "signature"].map((n) => header(headers, `webhook-${n}`));
  inTime(time, vector);
  const content = Buffer.concat([Buffer.from(`${id}.${time}.`), body]);
  const asymmetric = vector.secret.startsWith("whpk_");
  const encoded = vector.secret.replace(/^(whsec|whpk)_/, "");
  const raw = Buffer.from(encoded, "base64");
  if (raw.toString("base64") !== encoded || (asymmetric && raw.length !== 32)) throw new Refused("malformed_secret");
  const scheme = asymmetric ? "v1a," : "v1,";
  const texts = value.split(" ").filter((e) => e.startsWith(scheme)).map((e) => e.slice(scheme.length));
  if (texts.length === 0) throw new Refused("malformed_header");
  if (asymmetric) {
    const key = createPublicKey({ key: Buffer.concat([ed25519Prefix, raw]), format: "der", type: "spki" });
    oneOf((text) => verify(null, content, key, Buffer.from(text, "base64")), texts);
  } else {
    const tag = mac(raw, content);
    oneOf((text) => same(tag, text, "base64"), texts);
  }
}

/** The reason's key, or null when the request is genuine. */
function judge(vector, headers, body) {
  try {
    if (vector.dialect === "karla") checkStamped("Karla-Signature", vector, headers, body);
    else if (vector.dialect === "claimable") checkStamped("Claimwire-Signature", vector, headers, body);
    else if (vector.dialect === "claimport") checkClaimport(vector, headers, body);
    else checkStandard(vector, headers, body);
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
  return null;
}

const bytes = (body) => ("text" in body ? Buffer.from(body.text) : Buffer.from(body.base64, "base64"));

function check(vector) {
  if (vector.kind === "encode") {
    const { headers, body } = vector.expect;
    const reason = (secret) => judge({ ...vector, secret, tolerance_seconds: 0 }, headers, bytes(body));
    return reason(vector.secret) ?? reason(vector.previous_secret);
  }
  const expected = vector.expect.valid ? null : vector.expect.reason;
  const found = judge(vector, vector.headers, bytes(vector.body));
  return found === expected ? null : `expected ${expected}, found ${found}`;
}

/** The same question to the published library; null when it agrees or has no say. */
function official(vector, Webhook) {
  const family = ["standard", "cloudevents"].includes(vector.dialect);
  if (!family || vector.kind !== "verify" || vector.secret.startsWith("whpk_")) return null;
  if (!("text" in vector.body)) return null; // it takes text only
  const clock = Date.now;
  Date.now = () => vector.now * 1000;
  let valid = true;
  try {
    new Webhook(vector.secret).verify(vector.body.text, vector.headers, { jsonParse: false });
  } catch {
    valid = false;
  } finally {
    Date.now = clock;
  }
  return valid === vector.expect.valid ? null : `standardwebhooks says ${valid}`;
}

const library = await import("standardwebhooks").catch(() => null);
if (!library) {
  console.log("standardwebhooks is not installed: our own check only");
  if (process.argv.includes("--official")) process.exit(1);
}

let count = 0;
let wrong = 0;
for (const dialect of dialects) {
  const folder = new URL(`${dialect}/`, import.meta.url);
  for (const name of readdirSync(fileURLToPath(folder)).sort()) {
    const vector = JSON.parse(readFileSync(new URL(name, folder), "utf8"));
    const problems = [check(vector), library && official(vector, library.Webhook)];
    for (const problem of problems.filter(Boolean)) {
      wrong += 1;
      console.log(`${dialect}/${name}: ${problem}`);
    }
    count += 1;
  }
}
console.log(`${count} vectors, ${wrong} wrong`);
process.exit(wrong > 0 || count === 0 ? 1 : 0);
