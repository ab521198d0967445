import type { Texts } from "./protocol.js";

/** The server answered and refused: a problem of docs/problems.md. Nothing was stored. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string, // "" when the answer was no problem of the server's, but a proxy's perhaps
    readonly texts: Texts | undefined,
    readonly detail: string,
    readonly retryAfterMs: number, // 0 when the server names none
    readonly wipe: boolean, // the server orders to delete what this tablet holds
  ) {
    super(`server refuses with ${status} ${code} ${detail}`.trim());
  }
}

/** No readable answer came. Whether the server did what was asked is not known: ask again. */
export class Unreachable extends Error {}

/** Tells whether trying later may help: no answer came, or the server was busy or failed. */
export function again(err: unknown): boolean {
  return err instanceof Unreachable || (err instanceof Refusal && (err.status === 429 || err.status >= 500));
}

const worthPacking = 1400; // bytes; a smaller body fits into one packet anyway

/** A server as one worker's tablet sees it. */
export class Conn {
  token = "";
  device = "";
  seal = ""; // for the sealed path alone

  /** url is scheme, host and port; an answer may take timeoutMs. */
  constructor(
    readonly url: string,
    readonly timeoutMs = 60_000,
  ) {}

  /** Signs a worker in by staff number and password. */
  async signIn(staff: string, password: string): Promise<void> {
    const path = "/api/collections/workers/auth-with-password";
    const out = await this.call<{ token: string }>("POST", path, { identity: staff, password });
    this.token = out.token;
  }

  /** Sends a request and returns its JSON answer, undefined when it has none. Fails with Refusal or Unreachable, or as the signal says. */
  async call<T>(method: "GET" | "POST", path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const { answer, text } = await this.exchange(method, path, body, signal);
    if (!answer.ok) {
      throw refusal(answer, text);
    }
    try {
      return (answer.status === 204 ? undefined : JSON.parse(text)) as T;
    } catch (cause) {
      throw new Unreachable(`${path} was answered by something else than the server`, { cause });
    }
  }

  private signature(): Record<string, string> {
    const headers: Record<string, string> = {};
    if (this.token) headers["Authorization"] = this.token;
    if (this.device) headers["X-Doorstep-Device"] = this.device;
    if (this.seal) headers["X-Doorstep-Seal"] = this.seal;
    return headers;
  }

  /** One step of the tus protocol; returns the headers of its answer. Fails as call does. */
  async tus(method: "POST" | "HEAD" | "PATCH", path: string, more: Record<string, string>, body?: Blob, signal?: AbortSignal): Promise<Headers> {
    const limit = AbortSignal.timeout(this.timeoutMs);
    const init: RequestInit = { method, signal: signal ? AbortSignal.any([signal, limit]) : limit };
    if (body) init.body = body;
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(this.url + path, { ...init, headers: { ...this.signature(), "Tus-Resumable": "1.0.0", ...more } });
      text = await answer.text();
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new Unreachable(`${method} ${path}: no answer`, { cause });
    }
    if (!answer.ok) throw refusal(answer, text);
    return answer.headers;
  }

  private async exchange(method: string, path: string, body: unknown, signal?: AbortSignal) {
    const limit = AbortSignal.timeout(this.timeoutMs);
    const init: RequestInit = { method, signal: signal ? AbortSignal.any([signal, limit]) : limit };
    const headers = this.signature();
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      const plain = JSON.stringify(body);
      if (plain.length < worthPacking) {
        init.body = plain;
      } else {
        headers["Content-Encoding"] = "gzip";
        init.body = await gzip(plain);
      }
    }
    try {
      const answer = await fetch(this.url + path, { ...init, headers });
      return { answer, text: await answer.text() };
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new Unreachable(`${method} ${path}: no answer`, { cause });
    }
  }
}

function gzip(text: string): Promise<ArrayBuffer> {
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
}

function refusal(answer: Response, text: string): Refusal {
  let said: { code?: unknown; message?: Texts; detail?: string; wipe?: boolean } = {};
  try {
    said = Object(JSON.parse(text));
  } catch {
    // no problem of the server's; the status is all there is
  }
  const seconds = Number(answer.headers.get("Retry-After") ?? 0) || 0;
  const code = typeof said.code === "string" ? said.code : "";
  return new Refusal(answer.status, code, code ? said.message : undefined, said.detail ?? "", seconds * 1000, said.wipe === true);
}
