import { bucketOf, dataSum } from "./digest.js";
import type { Change, Page } from "./protocol.js";

/** A row of the server as the tablet holds it. */
export interface Held {
  collection: string;
  id: string;
  rev: number;
  data: Record<string, unknown>;
  sum: string; // of data, as it came
}

/** The tablet's copy of what its worker is meant to see. */
export interface Copy {
  /** Where the next pull goes on; "" begins a full sync. */
  cursor(): Promise<string>;
  /**
   * Brings one page in, wholly or not at all. A page with reset begins a full sync, which may take many pages and survives
   * a restart: what it has not brought again by its last page is dropped then.
   */
  apply(page: Page): Promise<void>;
  get(collection: string, id: string): Promise<Held | undefined>;
  all(collection: string): Promise<Held[]>;
  /** Every record, of all collections. */
  everything(): Promise<Held[]>;
  /** Puts changes into the place of everything that the copy holds of some buckets of the digest, wholly or not at all. */
  replace(wrong: number[], changes: Change[]): Promise<void>;
  /** Forgets everything, the cursor too. */
  clear(): Promise<void>;
}

/** The records that changes bring. */
export async function arriving(changes: Change[]): Promise<Map<Change, Held>> {
  const held = new Map<Change, Held>();
  for (const change of changes) {
    if (change.op !== "upsert") continue;
    const { collection, id, rev } = change;
    const data = change.data ?? {};
    held.set(change, { collection, id, rev, data, sum: await dataSum(data) });
  }
  return held;
}

/** Those of some records that lie in some buckets. */
export async function inBuckets(records: Held[], wrong: number[]): Promise<Held[]> {
  const wanted = new Set(wrong);
  const at = await Promise.all(records.map((r) => bucketOf(r.collection, r.id)));
  return records.filter((_, i) => wanted.has(at[i]!));
}

/** How far a copy is. */
export interface Progress {
  cursor: string;
  epoch: string;
  fulls: number; // full syncs begun
  pruning: boolean; // one of them is under way
}

export const beginning: Progress = { cursor: "", epoch: "", fulls: 0, pruning: false };

/** The progress when a page's changes are marked, and whether this page ends a full sync. */
export function advance(p: Progress, page: Page): { next: Progress; prune: boolean } {
  for (const change of page.changes) {
    if (!["upsert", "delete", "leave"].includes(change.op)) {
      throw new Error(`change ${change.seq}: unknown op ${change.op}`);
    }
  }
  const begun = page.reset === true;
  const pruning = p.pruning || begun;
  const next = { cursor: page.cursor, epoch: page.epoch, fulls: p.fulls + (begun ? 1 : 0), pruning: pruning && page.more };
  return { next, prune: pruning && !page.more };
}

/** A copy that ends with the process. */
export class MemoryCopy implements Copy {
  private records = new Map<string, Held & { seen: number }>();
  private progress = beginning;

  async cursor(): Promise<string> {
    return this.progress.cursor;
  }

  async apply(page: Page): Promise<void> {
    const { next, prune } = advance(this.progress, page);
    const held = await arriving(page.changes);
    for (const change of page.changes) {
      const key = change.collection + "/" + change.id;
      const record = held.get(change);
      if (record) this.records.set(key, { ...record, seen: next.fulls });
      else this.records.delete(key);
    }
    if (prune) {
      for (const [key, r] of this.records) if (r.seen !== next.fulls) this.records.delete(key);
    }
    this.progress = next;
  }

  async get(collection: string, id: string): Promise<Held | undefined> {
    return this.records.get(collection + "/" + id);
  }

  async all(collection: string): Promise<Held[]> {
    return [...this.records.values()].filter((r) => r.collection === collection);
  }

  async everything(): Promise<Held[]> {
    return [...this.records.values()];
  }

  async replace(wrong: number[], changes: Change[]): Promise<void> {
    const held = await arriving(changes);
    for (const r of await inBuckets(await this.everything(), wrong)) this.records.delete(r.collection + "/" + r.id);
    for (const r of held.values()) this.records.set(r.collection + "/" + r.id, { ...r, seen: this.progress.fulls });
  }

  async clear(): Promise<void> {
    this.records.clear();
    this.progress = beginning;
  }
}
