/** The tablet's side of Doorstep's native sync; docs/sync.md tells the protocol. */
export * from "./protocol.js";
export { again, Conn, Refusal, Unreachable } from "./conn.js";
export { MemoryCopy, type Copy, type Held } from "./copy.js";
export { attach, MemoryFiles, upload, type FileStore, type StoredFile } from "./files.js";
export { lookalikes, likely, personOf, type Lookalike, type Person } from "./lookalike.js";
export { newID } from "./id.js";
export { openIndexedDB } from "./indexeddb.js";
export { MemoryOutbox, type Outbox } from "./outbox.js";
export { Tablet, type Patience, type Told } from "./tablet.js";
