import "fake-indexeddb/auto";
import { MemoryCopy, MemoryFiles, MemoryOutbox, openIndexedDB, type Copy, type FileStore, type Outbox } from "../src/index.js";

export interface Stores {
  outbox: Outbox;
  copy: Copy;
  files: FileStore;
  /** What is there after the process ended and began again. */
  restart(): Promise<Stores>;
}

let databases = 0;

async function indexed(name: string): Promise<Stores> {
  const { outbox, copy, files, close } = await openIndexedDB(name);
  return {
    outbox,
    copy,
    files,
    restart: () => {
      close();
      return indexed(name);
    },
  };
}

/** Every implementation, made empty. */
export const implementations: Record<string, () => Promise<Stores>> = {
  memory: async () => {
    const stores: Stores = { outbox: new MemoryOutbox(), copy: new MemoryCopy(), files: new MemoryFiles(), restart: async () => stores };
    return stores;
  },
  IndexedDB: () => indexed(`test-${databases++}`),
};
