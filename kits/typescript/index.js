// Receive what Claimwire sends: verify, parse, do the work once, answer.

import { Refused, headerOf, verify } from "./verify.js";

export { Refused, TOLERANCE_SECONDS, verify } from "./verify.js";

// What Claimwire sends is smaller; more is not from it.
const BODY_BYTES = 8 * 1024 * 1024;

/** Verifies, then parses. Throws `Refused` if the request is not genuine. */
export function receive(options) {
  verify(options);
  const header = headerOf(options.headers);
  const text = typeof options.body === "string" ? options.body : new TextDecoder().decode(options.body);
  return {
    eventId: header("Claimwire-Event-Id") ?? header("webhook-id") ?? "",
    deliveryId: header("Claimwire-Delivery-Id") ?? "",
    attempt: Number(header("Claimwire-Attempt") ?? 1),
    dialect: options.dialect,
    event: JSON.parse(text),
  };
}

/**
 * Remembers the newest event ids, in this process. For several processes, or across restarts, give `once` your own:
 * an object with `has(id)` and `add(id)`, which may be asynchronous, best in the same transaction as the work.
 */
export class Seen {
  #ids = new Set();
  #limit;

  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  has(id) {
    return this.#ids.has(id);
  }

  add(id) {
    this.#ids.add(id);
    if (this.#ids.size > this.#limit) this.#ids.delete(this.#ids.values().next().value);
  }
}

/**
 * A handler that does the work of each event once: what comes again after it was done is let by, what comes again
 * while it is being done waits for that, and what failed may be done again.
 */
export function once(seen, work) {
  const underWay = new Map();
  return async (received) => {
    const id = received.eventId;
    if (!id) return work(received);
    if (await seen.has(id)) return;
    if (!underWay.has(id)) {
      const done = (async () => {
        await work(received);
        await seen.add(id);
      })();
      underWay.set(id, done.finally(() => underWay.delete(id)));
    }
    await underWay.get(id);
  };
}

/** The answer's status: 401 not genuine, 500 the work failed (Claimwire sends it again), 204 done. */
async function answered(options, headers, body, work) {
  let received;
  try {
    received = receive({ ...options, headers, body });
  } catch (error) {
    if (error instanceof Refused) return 401;
    if (error instanceof SyntaxError) return 400;
    throw error;
  }
  try {
    await work(received);
    return options.status ?? 204;
  } catch (error) {
    (options.onError ?? console.error)(error, received);
    return 500;
  }
}

/** `(Request) => Response`, as Next.js' route handlers, Hono, Bun and Deno take it. */
export function forWeb(options, work) {
  return async (request) => {
    const body = Buffer.from(await request.arrayBuffer());
    return new Response(null, { status: await answered(options, request.headers, body, work) });
  };
}

/** `(req, res)`, as node:http and Express take it. In Express put it before any parser of bodies, or behind `express.raw`. */
export function forNode(options, work) {
  return async (req, res) => {
    let status;
    try {
      const body = await rawBody(req);
      status = body === undefined ? 413 : await answered(options, req.headers, body, work);
    } catch (error) {
      (options.onError ?? console.error)(error);
      status = 500;
    }
    res.statusCode = status;
    res.end();
  };
}

async function rawBody(req) {
  if (Buffer.isBuffer(req.body)) return req.body;
  if (req.body !== undefined) {
    throw new Error("the body was parsed before it could be verified: use express.raw({ type: () => true }) on this route");
  }
  const chunks = [];
  let length = 0;
  for await (const chunk of req) {
    length += chunk.length;
    if (length > BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A Fastify plugin that takes what is posted to `path`: `fastify.register(forFastify({ path, … }, work))`. */
export function forFastify(options, work) {
  return async (fastify) => {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    fastify.post(options.path ?? "/", async (request, reply) => {
      reply.code(await answered(options, request.headers, request.body, work)).send();
    });
  };
}
