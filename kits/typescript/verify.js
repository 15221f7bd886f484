// Is a request genuine? Over its raw bytes, in any of the five dialects.

import { createHmac, createPublicKey, timingSafeEqual, verify as verifyBytes } from "node:crypto";

export const TOLERANCE_SECONDS = 300;

/** Not genuine; `reason` is a stable name. */
export class Refused extends Error {
  constructor(reason, detail) {
    super(detail);
    this.name = "Refused";
    this.reason = reason;
  }
}

const STAMPED = { karla: "Karla-Signature", claimable: "Claimwire-Signature" };
// What stands before the 32 bytes of an ed25519 public key in DER (RFC 8410).
const ED25519 = Buffer.from("302a300506032b6570032100", "hex");
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Throws `Refused` unless one of the secrets signed exactly this body.
 * `headers`: a `Headers`, or an object whose names may be in any case. `body`: bytes, or text that has not been parsed.
 */
export function verify({ dialect, secret, headers, body, toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() / 1000 }) {
  const check = CHECKS[dialect];
  if (!check) throw new TypeError(`no dialect is called ${dialect}; there are ${Object.keys(CHECKS).join(", ")}`);
  const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const request = { header: headerOf(headers), body: bytes, toleranceSeconds, now };
  let refused;
  for (const one of [secret].flat()) {
    try {
      return check(one, request);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused = error;
    }
  }
  throw refused ?? new TypeError("no secret was given");
}

const CHECKS = {
  karla: (secret, request) => stamped(STAMPED.karla, secret, request),
  claimable: (secret, request) => stamped(STAMPED.claimable, secret, request),
  claimport,
  standard,
  cloudevents: standard,
};

/** A header's value by its name, whatever case either is in. */
export function headerOf(headers) {
  if (typeof headers.get === "function") return (name) => headers.get(name) ?? undefined;
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return (name) => lower.get(name.toLowerCase());
}

function needed(request, name) {
  const value = request.header(name);
  if (value === undefined) throw new Refused("missing_header", `the header ${name} is missing`);
  return value;
}

function inTime(name, text, { toleranceSeconds, now }) {
  if (!/^\d{1,15}$/.test(text)) throw new Refused("malformed_header", `the time in ${name} is no number of seconds`);
  const age = Math.floor(now) - Number(text);
  if (age > toleranceSeconds) throw new Refused("timestamp_too_old", `it was signed ${age} s ago`);
  if (-age > toleranceSeconds) throw new Refused("timestamp_too_new", `it was signed ${-age} s in the future`);
}

function tag(key, ...content) {
  return content.reduce((hmac, part) => hmac.update(part), createHmac("sha256", key)).digest();
}

function equal(expected, given) {
  return given !== undefined && given.length === expected.length && timingSafeEqual(given, expected);
}

function fromHex(text) {
  return /^(?:[0-9a-fA-F]{2})*$/.test(text) ? Buffer.from(text, "hex") : undefined;
}

function fromBase64(text) {
  return BASE64.test(text) ? Buffer.from(text, "base64") : undefined;
}

function noMatch(name) {
  return new Refused("no_match", `no signature in ${name} is of this secret and these bytes`);
}

function stamped(name, secret, request) {
  const entries = needed(request, name).split(",").map((entry) => entry.split(/=(.*)/s)).filter((pair) => pair.length > 1);
  const valuesOf = (wanted) => entries.filter(([key]) => key.trim() === wanted).map(([, value]) => value.trim());
  const [time] = valuesOf("t");
  const given = valuesOf("v1");
  if (time === undefined || given.length === 0) throw new Refused("malformed_header", `${name} needs t=… and v1=…`);
  inTime(name, time, request);
  const expected = tag(secret, `${time}.`, request.body);
  if (!given.some((text) => equal(expected, fromHex(text)))) throw noMatch(name);
}

function claimport(secret, request) {
  const name = "X-ClaimPort-Signature";
  const first = needed(request, name);
  if (!first.startsWith("sha256=")) throw new Refused("malformed_header", `${name} needs sha256=…`);
  const next = request.header("X-ClaimPort-Signature-Next");
  const expected = tag(secret, request.body);
  const given = [first, next ?? ""].filter((value) => value.startsWith("sha256="));
  if (!given.some((value) => equal(expected, fromHex(value.slice(7))))) throw noMatch(name);
}

function standard(secret, request) {
  const [id, time, signatures] = ["id", "timestamp", "signature"].map((part) => needed(request, `webhook-${part}`));
  inTime("webhook-timestamp", time, request);
  const isPublic = secret.startsWith("whpk_");
  const key = fromBase64(isPublic ? secret.slice(5) : secret.replace(/^whsec_/, ""));
  if (key === undefined || (isPublic && key.length !== 32)) {
    throw new Refused("malformed_secret", "the secret is not whsec_ or whpk_ with base64 behind it");
  }
  const scheme = isPublic ? "v1a," : "v1,";
  const given = signatures.split(" ").filter((entry) => entry.startsWith(scheme)).map((entry) => entry.slice(scheme.length));
  if (given.length === 0) throw new Refused("malformed_header", `webhook-signature has no ${scheme}…`);
  const start = `${id}.${time}.`;
  const isGood = isPublic ? ed25519(key, start, request.body) : hmac(key, start, request.body);
  if (!given.some((text) => isGood(fromBase64(text)))) throw noMatch("webhook-signature");
}

function hmac(key, start, body) {
  const expected = tag(key, start, body);
  return (given) => equal(expected, given);
}

function ed25519(key, start, body) {
  const content = Buffer.concat([Buffer.from(start), body]);
  const publicKey = createPublicKey({ key: Buffer.concat([ED25519, key]), format: "der", type: "spki" });
  return (given) => given !== undefined && given.length === 64 && verifyBytes(null, content, publicKey, given);
}
