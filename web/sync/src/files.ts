import { Refusal, type Conn } from "./conn.js";
import type { FileRef } from "./protocol.js";

/** An attachment that the server may lack still. */
export interface StoredFile extends FileRef {
  bytes: Blob;
  upload: string; // the path of an upload that was begun, "" before
}

/** Holds attachments until the server has them. */
export interface FileStore {
  /** Keeps a file, or what changed of it. It is safe once the promise is fulfilled. */
  put(file: StoredFile): Promise<void>;
  waiting(): Promise<StoredFile[]>;
  drop(sha256: string): Promise<void>;
}

/** A store that ends with the process. */
export class MemoryFiles implements FileStore {
  private readonly held = new Map<string, StoredFile>();

  async put(file: StoredFile): Promise<void> {
    this.held.set(file.sha256, file);
  }

  async waiting(): Promise<StoredFile[]> {
    return [...this.held.values()];
  }

  async drop(sha256: string): Promise<void> {
    this.held.delete(sha256);
  }
}

/** Keeps a file for uploading and returns what an operation declares of it. */
export async function attach(files: FileStore, name: string, bytes: Blob): Promise<FileRef> {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await bytes.arrayBuffer()));
  const sha256 = Array.from(sum, (b) => b.toString(16).padStart(2, "0")).join("");
  const ref = { name, sha256, size: bytes.size };
  const known = (await files.waiting()).find((f) => f.sha256 === sha256);
  if (!known) await files.put({ ...ref, bytes, upload: "" });
  return ref;
}

const path = "/api/sync/v1/files/";
const mostDigests = 1000;

/**
 * Brings the files that the server lacks, each from where an earlier attempt was cut. A file leaves the store once the
 * server has it whole. After an error the rest still waits, and the next call goes on.
 */
export async function upload(conn: Conn, files: FileStore, signal?: AbortSignal): Promise<void> {
  const waiting = await files.waiting();
  for (let i = 0; i < waiting.length; i += mostDigests) {
    const some = waiting.slice(i, i + mostDigests);
    const ask = { sha256: some.map((f) => f.sha256) };
    const { lacking } = await conn.call<{ lacking: string[] }>("POST", path + "have", ask, signal);
    for (const file of some) {
      if (lacking.includes(file.sha256)) await bring(conn, files, file, signal);
      await files.drop(file.sha256);
    }
  }
}

async function bring(conn: Conn, files: FileStore, file: StoredFile, signal?: AbortSignal): Promise<void> {
  const offset = await reached(conn, files, file, signal);
  if (offset === file.size && file.size > 0) return;
  const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
  await conn.tus("PATCH", file.upload, headers, file.bytes.slice(offset), signal);
}

/** How far the upload is; begins one where there is none, or none any more. */
async function reached(conn: Conn, files: FileStore, file: StoredFile, signal?: AbortSignal): Promise<number> {
  if (file.upload) {
    try {
      return Number((await conn.tus("HEAD", file.upload, {}, undefined, signal)).get("Upload-Offset"));
    } catch (err) {
      if (!(err instanceof Refusal) || (err.status !== 404 && err.status !== 410 && err.status !== 422)) throw err;
    }
  }
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
  const metadata = `sha256 ${btoa(file.sha256)},name ${name}`;
  const made = await conn.tus("POST", path, { "Upload-Length": String(file.size), "Upload-Metadata": metadata }, undefined, signal);
  file.upload = new URL(made.get("Location") ?? "", conn.url).pathname;
  await files.put(file);
  return 0;
}
