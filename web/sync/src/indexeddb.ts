import { advance, arriving, beginning, inBuckets, type Copy, type Held, type Progress } from "./copy.js";
import { checkSize, Room, type Outbox } from "./outbox.js";
import type { FileStore, StoredFile } from "./files.js";
import type { Change, Draft, Operation, Page } from "./protocol.js";

interface Owner {
  device: string;
  seal?: string;
  lastSeq: number;
}

/** Opens a worker's outbox and copy in the browser's database; both survive a restart. */
export async function openIndexedDB(name: string): Promise<{ outbox: Outbox; copy: Copy; files: FileStore; close(): void }> {
  const opening = indexedDB.open(name, 2);
  opening.onupgradeneeded = ({ oldVersion }) => {
    const db = opening.result;
    db.createObjectStore("files", { keyPath: "sha256" });
    if (oldVersion === 1) return;
    db.createObjectStore("outbox", { keyPath: "seq" });
    const records = db.createObjectStore("records", { keyPath: ["collection", "id"] });
    records.createIndex("collection", "collection");
    records.createIndex("seen", "seen");
    db.createObjectStore("state");
  };
  const db = await done(opening);
  return { outbox: new IndexedOutbox(db), copy: new IndexedCopy(db), files: new IndexedFiles(db), close: () => db.close() };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Writes in one transaction; the promise is fulfilled when it is on the disk, as far as the browser can tell. */
async function write<T>(db: IDBDatabase, stores: string[], work: (tx: IDBTransaction) => Promise<T>): Promise<T> {
  const tx = db.transaction(stores, "readwrite", { durability: "strict" });
  const end = new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error("the transaction was aborted"));
  });
  end.catch(() => {}); // whoever awaits work first sees its error
  try {
    const result = await work(tx);
    await end;
    return result;
  } catch (err) {
    try {
      tx.abort();
    } catch {
      // it had ended by itself
    }
    throw err;
  }
}

async function eachUntil<T>(request: IDBRequest<IDBCursorWithValue | null>, visit: (value: T, at: IDBCursorWithValue) => boolean) {
  await new Promise<void>((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const at = request.result;
      if (at && visit(at.value as T, at)) at.continue();
      else resolve();
    };
  });
}

class IndexedOutbox implements Outbox {
  constructor(private readonly db: IDBDatabase) {}

  private async owner(tx: IDBTransaction): Promise<Owner> {
    return (await done<Owner | undefined>(tx.objectStore("state").get("owner"))) ?? { device: "", lastSeq: 0 };
  }

  async device(): Promise<string> {
    return (await this.owner(this.db.transaction("state"))).device;
  }

  async seal(): Promise<string> {
    return (await this.owner(this.db.transaction("state"))).seal ?? "";
  }

  async bind(device: string, lastSeq: number, seal = ""): Promise<void> {
    await write(this.db, ["state"], async (tx) => {
      const before = await this.owner(tx);
      tx.objectStore("state").put({ device, seal, lastSeq: Math.max(before.lastSeq, lastSeq) }, "owner");
    });
  }

  async add(draft: Draft): Promise<Operation> {
    checkSize(draft);
    return write(this.db, ["outbox", "state"], async (tx) => {
      const owner = await this.owner(tx);
      const op = { ...draft, seq: owner.lastSeq + 1 };
      tx.objectStore("outbox").add(op);
      tx.objectStore("state").put({ ...owner, lastSeq: op.seq }, "owner");
      return op;
    });
  }

  async batch(): Promise<Operation[]> {
    const room = new Room();
    const found: Operation[] = [];
    await eachUntil<Operation>(this.db.transaction("outbox").objectStore("outbox").openCursor(), (op) => {
      const fits = room.take(op);
      if (fits) found.push(op);
      return fits;
    });
    return found;
  }

  waiting(): Promise<Operation[]> {
    return done<Operation[]>(this.db.transaction("outbox").objectStore("outbox").getAll());
  }

  async drop(seqs: number[]): Promise<void> {
    await write(this.db, ["outbox"], async (tx) => {
      for (const seq of seqs) tx.objectStore("outbox").delete(seq);
    });
  }
}

class IndexedCopy implements Copy {
  constructor(private readonly db: IDBDatabase) {}

  private async progress(tx: IDBTransaction): Promise<Progress> {
    return (await done<Progress | undefined>(tx.objectStore("state").get("progress"))) ?? beginning;
  }

  async cursor(): Promise<string> {
    return (await this.progress(this.db.transaction("state"))).cursor;
  }

  async apply(page: Page): Promise<void> {
    const held = await arriving(page.changes); // before the transaction, which does not wait for anything else
    await write(this.db, ["records", "state"], async (tx) => {
      const records = tx.objectStore("records");
      const { next, prune } = advance(await this.progress(tx), page);
      for (const change of page.changes) {
        const record = held.get(change);
        if (record) records.put({ ...record, seen: next.fulls });
        else records.delete([change.collection, change.id]);
      }
      if (prune) {
        await eachUntil(records.index("seen").openCursor(IDBKeyRange.upperBound(next.fulls, true)), (_, at) => {
          at.delete();
          return true;
        });
      }
      tx.objectStore("state").put(next, "progress");
    });
  }

  get(collection: string, id: string): Promise<Held | undefined> {
    return done<Held | undefined>(this.db.transaction("records").objectStore("records").get([collection, id]));
  }

  all(collection: string): Promise<Held[]> {
    return done<Held[]>(this.db.transaction("records").objectStore("records").index("collection").getAll(collection));
  }

  everything(): Promise<Held[]> {
    return done<Held[]>(this.db.transaction("records").objectStore("records").getAll());
  }

  async replace(wrong: number[], changes: Change[]): Promise<void> {
    const held = await arriving(changes);
    const gone = await inBuckets(await this.everything(), wrong);
    await write(this.db, ["records", "state"], async (tx) => {
      const { fulls } = await this.progress(tx);
      const records = tx.objectStore("records");
      for (const { collection, id } of gone) records.delete([collection, id]);
      for (const record of held.values()) records.put({ ...record, seen: fulls });
    });
  }

  async clear(): Promise<void> {
    await write(this.db, ["records", "state"], async (tx) => {
      tx.objectStore("records").clear();
      tx.objectStore("state").delete("progress");
    });
  }
}

class IndexedFiles implements FileStore {
  constructor(private readonly db: IDBDatabase) {}

  async put(file: StoredFile): Promise<void> {
    await write(this.db, ["files"], async (tx) => void tx.objectStore("files").put(file));
  }

  waiting(): Promise<StoredFile[]> {
    return done<StoredFile[]>(this.db.transaction("files").objectStore("files").getAll());
  }

  async drop(sha256: string): Promise<void> {
    await write(this.db, ["files"], async (tx) => tx.objectStore("files").delete(sha256));
  }
}
