// The shapes of Doorstep's native sync: docs/sync.md and docs/openapi.yaml.

/** Limits of one push, as the server sets them; the size is before compression and leaves room for the envelope. */
export const maxOperations = 500;
export const maxPushBytes = 7 << 20;

/** One thing that the worker did. The outbox gives seq. */
export interface Operation {
  seq: number;
  op: "submit" | "task" | "household";
  id: string; // UUID of the record; newID makes one
  base_rev?: number; // the revision that was corrected; none for a new record
  form?: string;
  version?: string;
  campaign?: string;
  answers?: Record<string, unknown>;
  datum?: "wgs84" | "gcj02" | "bd09";
  device_time?: string;
  files?: FileRef[];
}

export type Draft = Omit<Operation, "seq">;

export interface Texts {
  zh: string;
  en: string;
}

export interface Issue extends Texts {
  code: string;
  field: string;
  severity: "error" | "warning" | "notice";
}

/** The answer to one operation. */
export interface Receipt {
  seq: number;
  id: string;
  status: "stored" | "unchanged" | "conflict" | "quarantined";
  was?: "stored" | "conflict" | "quarantined"; // with unchanged: what the first answer was
  rev?: number;
  area?: string;
  area_method?: string;
  review_state?: string;
  household?: string;
  persons?: string[];
  issues?: Issue[];
  duplicates?: { id: string; kind: string; rule: string }[];
  conflicts?: string[];
  code?: string;
  message?: Texts;
}

/** What became of an operation the first time that the server saw it. */
export function outcome(r: Receipt): Receipt["status"] {
  return r.status === "unchanged" && r.was ? r.was : r.status;
}

export interface Change {
  seq: number;
  collection: string;
  id: string;
  rev: number;
  op: "upsert" | "delete" | "leave";
  data?: Record<string, unknown>; // with upsert
}

export interface Page {
  epoch: string;
  cursor: string;
  more: boolean;
  reset?: boolean;
  changes: Change[];
}

/** What a tablet says of itself. */
export interface Identity {
  name?: string;
  app?: string;
  platform?: string;
}

/** What a tablet holds that the server lacks, or may lack. */
export interface Unsent {
  waiting: number; // operations
  files_waiting?: number;
}

export interface Registered {
  device: string;
  epoch: string;
  server_time: string;
  clock_offset_s: number; // how far this tablet's clock is ahead
  last_seq: number;
  seal: string; // proves the tablet once it has been shut out
  token?: string; // good on this tablet alone, in place of that of the sign-in
}

/** An attachment that an operation declares. */
export interface FileRef {
  name: string;
  sha256: string;
  size: number;
}
