import type { ClaimableEvent, ClaimportEvent, CloudeventsEvent, KarlaEvent, StandardEvent } from "./events.js";

export * from "./events.js";

export interface Events {
  karla: KarlaEvent;
  claimport: ClaimportEvent;
  claimable: ClaimableEvent;
  standard: StandardEvent;
  cloudevents: CloudeventsEvent;
}

export type Dialect = keyof Events;

export type Reason =
  | "missing_header"
  | "malformed_header"
  | "malformed_secret"
  | "timestamp_too_old"
  | "timestamp_too_new"
  | "no_match";

export declare class Refused extends Error {
  readonly reason: Reason;
}

export declare const TOLERANCE_SECONDS: number;

type HeaderBag = { get(name: string): string | null } | Record<string, string | string[] | undefined>;

export interface Keys<D extends Dialect> {
  /** As the webhook has it. */
  dialect: D;
  /** The webhook's secret, or the public key `whpk_…`; several while it is being changed. */
  secret: string | readonly string[];
  /** How far the signature's time may be from this machine's, in seconds. */
  toleranceSeconds?: number;
  /** This machine's time, in seconds since 1970. */
  now?: number;
}

export interface Request<D extends Dialect> extends Keys<D> {
  headers: HeaderBag;
  /** As received: never parsed and written again. */
  body: Uint8Array | string;
}

export interface Received<D extends Dialect = Dialect> {
  /** The same on every attempt and in every replay. */
  eventId: string;
  deliveryId: string;
  /** 1, 2, … */
  attempt: number;
  dialect: D;
  event: Events[D];
}

export type Work<D extends Dialect> = (received: Received<D>) => unknown;

/** Throws `Refused` unless one of the secrets signed exactly this body. */
export declare function verify<D extends Dialect>(request: Request<D>): void;

/** Verifies, then parses. */
export declare function receive<D extends Dialect>(request: Request<D>): Received<D>;

export interface Memory {
  has(id: string): boolean | Promise<boolean>;
  add(id: string): void | Promise<void>;
}

/** Remembers the newest event ids, in this process. */
export declare class Seen implements Memory {
  constructor(limit?: number);
  has(id: string): boolean;
  add(id: string): void;
}

/** Does the work of each event once. */
export declare function once<D extends Dialect>(seen: Memory, work: Work<D>): (received: Received<D>) => Promise<void>;

export interface Options<D extends Dialect> extends Keys<D> {
  /** Of an answer when the work is done; 204. A webhook with `ack: "200"` needs 200. */
  status?: number;
  /** Told of work that failed. */
  onError?: (error: unknown, received?: Received<D>) => void;
}

export declare function forWeb<D extends Dialect>(
  options: Options<D>,
  work: Work<D>,
): (request: globalThis.Request) => Promise<Response>;

export declare function forNode<D extends Dialect>(
  options: Options<D>,
  work: Work<D>,
): (req: any, res: any) => Promise<void>;

export declare function forFastify<D extends Dialect>(
  options: Options<D> & { path?: string },
  work: Work<D>,
): (fastify: any) => Promise<void>;
