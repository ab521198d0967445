import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../../../..");
export const password = "doorstep-demo"; // of everybody in the demo city

/** The real server with the demo city, and a line to it that can fail. */
export class Doorstep {
  private readonly dir = mkdtempSync(join(tmpdir(), "doorstep-sync-"));
  private process: ChildProcess | undefined;
  private proxy: Server | undefined;
  private port = 0;
  url = "";
  /** Called for every request on the line; "lost" lets the server work and drops its answer. */
  weather: (method: string, path: string) => "fine" | "lost" | "down" = () => "fine";

  async start(): Promise<void> {
    execFileSync("go", ["build", "-o", join(this.dir, "doorstep"), "."], {
      cwd: repository,
      env: { ...process.env, CGO_ENABLED: "0" },
      stdio: "inherit",
    });
    this.port = await freePort();
    await this.serve();
    this.proxy = createServer((incoming, answer) => {
      const weather = this.weather(incoming.method ?? "", incoming.url ?? "");
      if (weather === "down") return void incoming.socket.destroy();
      const onward = request(
        { port: this.port, host: "127.0.0.1", method: incoming.method, path: incoming.url, headers: incoming.headers },
        (got) => {
          if (weather === "lost") return void got.resume().on("end", () => incoming.socket.destroy());
          answer.writeHead(got.statusCode ?? 502, got.headers);
          got.pipe(answer);
        },
      );
      onward.on("error", () => incoming.socket.destroy());
      incoming.pipe(onward);
    });
    await new Promise<void>((ready) => this.proxy?.listen(0, "127.0.0.1", ready));
    this.url = `http://127.0.0.1:${(this.proxy.address() as AddressInfo).port}`;
  }

  /** Starts the server on its port, and comes back when it answers: it makes up a city first, which takes its time. */
  async serve(): Promise<void> {
    const args = ["serve", "--demo", "--dir", join(this.dir, "data"), "--http", `127.0.0.1:${this.port}`];
    const server = spawn(join(this.dir, "doorstep"), args, { stdio: "ignore" });
    this.process = server;
    while (server.exitCode === null) {
      if (await answers(this.port)) return;
      await new Promise((later) => setTimeout(later, 100));
    }
    throw new Error(`the server ended with ${server.exitCode}`);
  }

  /** Kills the server as a power cut would. */
  async kill(): Promise<void> {
    const ended = new Promise((end) => this.process?.once("exit", end));
    this.process?.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    this.proxy?.closeAllConnections();
    this.proxy?.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => found(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((known) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      known(true);
    });
    socket.on("error", () => known(false));
  });
}
