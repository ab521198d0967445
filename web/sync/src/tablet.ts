import { again, Refusal, type Conn } from "./conn.js";
import type { Copy } from "./copy.js";
import { dataSum, Digest } from "./digest.js";
import { upload, type FileStore } from "./files.js";
import { checkReceipts, type Outbox } from "./outbox.js";
import type { Identity, Operation, Page, Receipt, Registered, Unsent } from "./protocol.js";

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
    private readonly files?: FileStore,
  ) {}

  /** What waits here, for supervisors; of the outbox without some operations that are being sent. */
  private async unsent(sending = 0): Promise<Unsent> {
    const waiting = (await this.outbox.waiting()).length - sending;
    return this.files ? { waiting, files_waiting: (await this.files.waiting()).length } : { waiting };
  }

  /**
   * Makes the tablet known to the server, or greets it again, and goes on with the token that is good on this tablet alone;
   * needed after every start.
   */
  async register(who: Identity = {}, now = new Date()): Promise<Registered> {
    const id = await this.outbox.device();
    const out = await this.conn.call<Registered>("POST", "/api/sync/v1/devices", { ...who, id, ...(await this.unsent()), device_time: now.toISOString() });
    await this.outbox.bind(out.device, out.last_seq, out.seal);
    this.conn.device = out.device;
    if (out.token) this.conn.token = out.token;
    return out;
  }

  /**
   * Sends one batch and returns its receipts, none when nothing waits. After an error everything still waits, whether or
   * not the server has it: sending it again is safe.
   */
  async push(signal?: AbortSignal): Promise<Receipt[]> {
    const operations = await this.outbox.batch();
    if (operations.length === 0) return [];
    const unsent = await this.unsent(operations.length);
    const { results } = await this.conn.call<{ results: Receipt[] }>("POST", "/api/sync/v1/push", { operations, ...unsent }, signal);
    checkReceipts(operations, results);
    for (const [i, op] of operations.entries()) await this.told(op, results[i]!);
    await this.outbox.drop(operations.map((op) => op.seq));
    return results;
  }

  /** Brings the attachments that the server lacks, and tells it how many wait still, also after an error. */
  async upload(signal?: AbortSignal): Promise<void> {
    if (!this.files) return;
    try {
      await upload(this.conn, this.files, signal);
    } finally {
      const told = this.conn.call("POST", "/api/sync/v1/push", { operations: [], ...(await this.unsent()) }, signal);
      await told.catch(() => undefined); // the next push tells it
    }
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

  /**
   * Compares the copy with what the server means the worker to see, and brings what differs again. It pulls first, and
   * again while the server moves on. Returns how many of the 256 buckets were repaired.
   */
  async verify(signal?: AbortSignal): Promise<number> {
    for (let i = 0; i < 10; i++) {
      await this.pull(undefined, signal);
      const query = new URLSearchParams({ cursor: await this.copy.cursor() });
      const theirs = await this.conn.call<{ behind: boolean; buckets: string[] }>("GET", "/api/sync/v1/digest?" + query, undefined, signal);
      if (theirs.behind) continue;
      const mine = new Digest();
      for (const r of await this.copy.everything()) {
        if ((await dataSum(r.data)) === r.sum) await mine.add(r.collection, r.id, r.rev); // damaged counts as missing
      }
      const wrong = mine.differing(theirs.buckets);
      if (wrong.length > 0) {
        const page = await this.conn.call<Page>("GET", "/api/sync/v1/repair?buckets=" + wrong.join(","), undefined, signal);
        await this.copy.replace(wrong, page.changes);
      }
      return wrong.length;
    }
    throw new Error("the server changes faster than this tablet pulls");
  }

  /**
   * Obeys a wipe order (Refusal.wipe): sends what waits through the sealed path, which keeps it for a supervisor, then
   * forgets everything. After an error nothing is forgotten that was not sent; call it again.
   */
  async handInAndWipe(signal?: AbortSignal): Promise<void> {
    this.conn.token = "";
    this.conn.device = await this.outbox.device();
    this.conn.seal = await this.outbox.seal();
    for (let operations = await this.outbox.batch(); operations.length > 0; operations = await this.outbox.batch()) {
      const last = operations.length === (await this.outbox.waiting()).length;
      try {
        const { results } = await this.conn.call<{ results: Receipt[] }>("POST", "/api/sync/v1/sealed", { operations, last }, signal);
        checkReceipts(operations, results);
      } catch (err) {
        if (!(err instanceof Refusal && err.code === "device.sealed")) throw err;
        operations = await this.outbox.waiting(); // nothing more is taken
      }
      await this.outbox.drop(operations.map((op) => op.seq));
    }
    await this.copy.clear();
    await this.outbox.bind("", 0);
    this.conn.device = this.conn.seal = "";
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
