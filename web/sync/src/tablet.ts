import { again, Refusal, type Conn } from "./conn.js";
import type { Copy } from "./copy.js";
import { checkReceipts, type Outbox } from "./outbox.js";
import type { Identity, Operation, Page, Receipt, Registered } from "./protocol.js";

/** Is told of every answered operation before it leaves the outbox; when it fails, the operation is sent again. */
export type Told = (op: Operation, receipt: Receipt) => void | Promise<void>;

/** How often and after which pauses to try again. */
export interface Patience {
  tries: number; // in a row without success
  firstMs: number; // doubled after each failure
  mostMs: number;
}

const patient: Patience = { tries: 8, firstMs: 1000, mostMs: 60_000 };

/** One device of one worker. What pulls bring goes to the copy, what the worker does to the outbox, and neither touches the other. */
export class Tablet {
  constructor(
    readonly conn: Conn,
    readonly outbox: Outbox,
    readonly copy: Copy,
    private readonly told: Told = () => {},
  ) {}

  /** Makes the tablet known to the server, or greets it again; needed after every start. */
  async register(who: Identity = {}, now = new Date()): Promise<Registered> {
    const id = await this.outbox.device();
    const out = await this.conn.call<Registered>("POST", "/api/sync/v1/devices", { ...who, id, device_time: now.toISOString() });
    await this.outbox.bind(out.device, out.last_seq);
    this.conn.device = out.device;
    return out;
  }

  /**
   * Sends one batch and returns its receipts, none when nothing waits. After an error everything still waits, whether or
   * not the server has it: sending it again is safe.
   */
  async push(signal?: AbortSignal): Promise<Receipt[]> {
    const operations = await this.outbox.batch();
    if (operations.length === 0) return [];
    const { results } = await this.conn.call<{ results: Receipt[] }>("POST", "/api/sync/v1/push", { operations }, signal);
    checkReceipts(operations, results);
    for (const [i, op] of operations.entries()) await this.told(op, results[i]!);
    await this.outbox.drop(operations.map((op) => op.seq));
    return results;
  }

  /** Brings the copy up to date, page by page. After an error the pages so far are kept and the next pull goes on. */
  async pull(limit?: number, signal?: AbortSignal): Promise<void> {
    for (let more = true; more; ) {
      const query = new URLSearchParams({ cursor: await this.copy.cursor() });
      if (limit) query.set("limit", String(limit));
      const page = await this.conn.call<Page>("GET", "/api/sync/v1/pull?" + query, undefined, signal);
      await this.copy.apply(page);
      more = page.more;
    }
  }

  /** Empties the outbox, then pulls, and tries again as long as that may help. Fails with the last error. */
  async sync(patience: Partial<Patience> = {}, signal?: AbortSignal): Promise<void> {
    while ((await persist(() => this.push(signal), { ...patient, ...patience }, signal)).length > 0);
    await persist(() => this.pull(undefined, signal), { ...patient, ...patience }, signal);
  }
}

/** Does something until it works, while trying again may help. Pauses are spread, so that tablets do not come all at once. */
async function persist<T>(work: () => Promise<T>, p: Patience, signal?: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (err) {
      if (failures >= p.tries || !again(err)) throw err;
      const asked = err instanceof Refusal ? err.retryAfterMs : 0;
      const pause = Math.min(p.mostMs, p.firstMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
      await sleep(Math.max(asked, pause), signal);
    }
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
