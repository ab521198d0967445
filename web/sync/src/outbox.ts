import { maxOperations, maxPushBytes, type Draft, type Operation, type Receipt } from "./protocol.js";

/**
 * Holds the operations that the server has not answered for. It numbers them, keeps their order, and drops one only for
 * its receipt: nothing that a pull brings touches it. It belongs to one device of one worker.
 */
export interface Outbox {
  /** The device that the numbers belong to, "" before the first registration. */
  device(): Promise<string>;
  /** Notes the device, and that numbers up to lastSeq are used: the server has answered for them. */
  bind(device: string, lastSeq: number, seal?: string): Promise<void>;
  /** What proves this device once it has been shut out, "" before the first registration. */
  seal(): Promise<string>;
  /** Numbers an operation and keeps it. It is safe once the promise is fulfilled. */
  add(draft: Draft): Promise<Operation>;
  /** As much from the front as fits into one push; none when nothing waits. */
  batch(): Promise<Operation[]>;
  /** Everything that waits, in order. */
  waiting(): Promise<Operation[]>;
  /** Drops answered operations by their numbers. */
  drop(seqs: number[]): Promise<void>;
}

/** Bytes of an operation in a push. */
export function size(op: Draft): number {
  return new TextEncoder().encode(JSON.stringify(op)).length + 20;
}

/** Refuses an operation that no push can carry, before it blocks the queue. */
export function checkSize(draft: Draft): void {
  if (size(draft) > maxPushBytes) {
    throw new RangeError(`operation of ${size(draft)} bytes, at most ${maxPushBytes}`);
  }
}

/** Tells whether a batch has room for one more operation. */
export class Room {
  private count = 0;
  private bytes = 0;

  take(op: Operation): boolean {
    this.count++;
    this.bytes += size(op);
    return this.count <= maxOperations && (this.count === 1 || this.bytes <= maxPushBytes);
  }
}

/** Fails unless the receipts answer the batch one by one: whoever sent others did not speak of these operations. */
export function checkReceipts(batch: Operation[], receipts: Receipt[]): void {
  if (!Array.isArray(receipts) || receipts.length !== batch.length) {
    throw new Error(`${receipts?.length ?? "no"} receipts for ${batch.length} operations`);
  }
  batch.forEach((op, i) => {
    const r = receipts[i];
    if (r?.seq !== op.seq || !r.status) {
      throw new Error(`receipt ${i + 1} is not for operation ${op.seq}`);
    }
  });
}

/** An outbox that ends with the process: for tests, and for tools that can make their operations again. */
export class MemoryOutbox implements Outbox {
  private held: Operation[] = [];
  private lastSeq = 0;
  private owner = "";
  private proof = "";

  async device(): Promise<string> {
    return this.owner;
  }

  async seal(): Promise<string> {
    return this.proof;
  }

  async bind(device: string, lastSeq: number, seal = ""): Promise<void> {
    this.owner = device;
    this.proof = seal;
    this.lastSeq = Math.max(this.lastSeq, lastSeq);
  }

  async add(draft: Draft): Promise<Operation> {
    checkSize(draft);
    const op = structuredClone({ ...draft, seq: this.lastSeq + 1 });
    this.lastSeq++;
    this.held.push(op);
    return op;
  }

  async batch(): Promise<Operation[]> {
    const room = new Room();
    const end = this.held.findIndex((op) => !room.take(op));
    return this.held.slice(0, end < 0 ? undefined : end);
  }

  async waiting(): Promise<Operation[]> {
    return [...this.held];
  }

  async drop(seqs: number[]): Promise<void> {
    const gone = new Set(seqs);
    this.held = this.held.filter((op) => !gone.has(op.seq));
  }
}
