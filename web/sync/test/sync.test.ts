import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { again, attach, Conn, newID, outcome, Refusal, Tablet, type Draft, type Receipt, upload } from "../src/index.js";
import { Doorstep, password } from "./server.js";
import { implementations, type Stores } from "./stores.js";

const server = new Doorstep();
const quick = { firstMs: 5, mostMs: 50, tries: 12 };
const make = implementations["IndexedDB"]!;

before(() => server.start());
after(() => server.stop());
beforeEach(() => {
  server.weather = () => "fine";
});

async function tablet(stores: Stores, told: Receipt[] = [], staff = "F00012"): Promise<Tablet> {
  const conn = new Conn(server.url, 30_000);
  await conn.signIn(staff, password);
  const t = new Tablet(conn, stores.outbox, stores.copy, (_, receipt) => void told.push(receipt), stores.files);
  await t.register({ name: "test", app: "web/sync" });
  return t;
}

function visit(address: string): Draft {
  const answers = {
    visit: { contact_method: "household_visit", attempt: 1, outcome: "2.22", location: "21.294292 116.578499 0 5" },
    household: { address },
  };
  return { op: "submit", id: newID(), form: "child_visit", answers };
}

/** Somebody in the office, over PocketBase's own API. */
async function operator() {
  const call = async (method: string, path: string, token: string, body?: unknown) => {
    const init: RequestInit = { method, headers: { "Content-Type": "application/json", Authorization: token } };
    if (body !== undefined) init.body = JSON.stringify(body);
    const answer = await fetch(server.url + "/api/collections/" + path, init);
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return (await answer.json()) as { token: string; id: string };
  };
  const identity = "operator@doorstep.example";
  const { token } = await call("POST", "_superusers/auth-with-password", "", { identity, password });
  return (method: string, path: string, body?: unknown) => call(method, path, token, body);
}

test("every second answer is lost, and nothing is lost or doubled", async () => {
  const receipts: Receipt[] = [];
  const t = await tablet(await make(), receipts);
  await t.sync(quick);
  const earlier = new Set((await t.copy.all("child_visits")).map((r) => r.id)); // of the demo's weeks
  const drafts = Array.from({ length: 40 }, (_, i) => visit(`示例路 ${i} 号`));
  let requests = 0;
  server.weather = () => (requests++ % 2 === 0 ? "lost" : "fine");
  for (const draft of drafts) {
    await t.outbox.add(draft);
    if ((await t.outbox.waiting()).length === 10) await t.sync(quick);
  }
  assert.ok(requests > 8);
  assert.deepEqual(await t.outbox.waiting(), []);
  assert.deepEqual(receipts.map((r) => r.id), drafts.map((d) => d.id));
  for (const r of receipts) assert.deepEqual([r.status, outcome(r), r.rev], ["unchanged", "stored", 1]);
  const mine = (await t.copy.all("child_visits")).map((r) => r.id).filter((id) => !earlier.has(id));
  assert.deepEqual(mine.sort(), drafts.map((d) => d.id).sort());
});

test("a server that is killed and comes back has what it acknowledged, once", async () => {
  const receipts: Receipt[] = [];
  const t = await tablet(await make(), receipts);
  const drafts = Array.from({ length: 20 }, (_, i) => visit(`断电路 ${i} 号`));
  for (const draft of drafts.slice(0, 10)) await t.outbox.add(draft);
  await t.push();
  for (const draft of drafts.slice(10)) await t.outbox.add(draft);
  const pushing = t.sync({ ...quick, tries: 200 });
  await server.kill();
  await server.serve();
  await pushing;
  assert.equal(receipts.length, 20);
  for (const r of receipts) assert.equal(outcome(r), "stored");
  const ids = new Set((await t.copy.all("child_visits")).map((r) => r.id));
  assert.ok(drafts.every((d) => ids.has(d.id)));
});

test("who fails while being told of a receipt is told again", async () => {
  const stores = await make();
  const t = await tablet(stores);
  const failing = new Tablet(t.conn, stores.outbox, stores.copy, () => Promise.reject(new Error("disk full")));
  await failing.outbox.add(visit("示例路 50 号"));
  await assert.rejects(failing.push(), /disk full/);
  assert.equal((await t.push())[0]?.status, "unchanged");
});

test("what cannot be a record is answered and does not block its neighbours", async () => {
  const receipts: Receipt[] = [];
  const t = await tablet(await make(), receipts);
  await t.outbox.add({ ...visit("示例路 60 号"), form: "no_such_form" });
  await t.outbox.add(visit("示例路 61 号"));
  await t.push();
  assert.deepEqual(receipts.map((r) => [r.status, r.code]), [["quarantined", "operation.unknown_form"], ["stored", undefined]]);
});

test("a household that leaves takes no unsent work with it, and the work is kept by the server", async () => {
  const receipts: Receipt[] = [];
  let stores = await make();
  let t = await tablet(stores, receipts);
  await t.pull(50);
  const home = (await t.copy.all("households"))[0]!;
  const unsent = await t.outbox.add({ op: "household", id: home.id, base_rev: home.rev, answers: { phone: "13800000000" } });
  const office = await operator();
  await office("PATCH", `households/records/${home.id}`, { area: "990102001001001" });
  await t.pull();
  assert.equal(await t.copy.get("households", home.id), undefined);
  stores = await stores.restart();
  t = await tablet(stores, receipts);
  assert.deepEqual(await t.outbox.waiting(), [unsent]);
  await t.sync(quick);
  assert.deepEqual(receipts.map((r) => [r.status, r.code]), [["quarantined", "operation.handed_over"]]);
});

test("a new territory resets the copy over many pages, and unsent work stays", async () => {
  const office = await operator();
  const territory = ["990101001001001", "990101001001002"];
  const body = { id: newID(), staff_no: "T00001", name: "测试员", role: "field", active: true, territory, password, passwordConfirm: password };
  const worker = await office("POST", "workers/records", body);
  const t = await tablet(await make(), [], "T00001");
  await t.pull();
  const before = await t.copy.all("households");
  const unsent = await t.outbox.add(visit("示例路 70 号"));
  await office("PATCH", `workers/records/${worker.id}`, { territory: territory.slice(1) });
  await t.pull(7);
  const want = before.filter((h) => h.data["area"] === territory[1]);
  const now = await t.copy.all("households");
  assert.ok(want.length > 7 && want.length < before.length);
  assert.deepEqual(now.map((h) => h.id).sort(), want.map((h) => h.id).sort());
  assert.deepEqual(await t.outbox.waiting(), [unsent]);
  await t.sync(quick);
  assert.deepEqual(await t.outbox.waiting(), []);
});

test("a revoked tablet hands its work in, wipes, and its work waits in quarantine", async () => {
  const stores = await make();
  const t = await tablet(stores, [], "F00013");
  await t.pull();
  const unsent = await t.outbox.add(visit("示例路 80 号"));
  const manager = new Conn(server.url);
  await manager.signIn("M00001", password);
  await manager.call("POST", `/api/doorstep/v1/devices/${t.conn.device}/revoke`);
  const refused = await t.push().catch((err: unknown) => err);
  assert.ok(refused instanceof Refusal && refused.wipe && !again(refused));
  assert.equal((await t.outbox.waiting()).length, 1);
  server.weather = () => "lost";
  await assert.rejects(t.handInAndWipe(), again);
  assert.ok((await t.copy.everything()).length > 0);
  server.weather = () => "fine";
  await t.handInAndWipe();
  assert.deepEqual([await t.outbox.waiting(), await t.copy.everything(), await t.copy.cursor(), t.conn.token], [[], [], "", ""]);
  const { items } = await manager.call<{ items: { instance: string; code: string }[] }>("GET", "/api/doorstep/v1/quarantine");
  assert.deepEqual(items.filter((h) => h.instance === unsent.id).map((h) => h.code), ["operation.sealed"]);
});

test("a damaged copy is found and repaired", async () => {
  const t = await tablet(await make());
  assert.equal(await t.verify(), 0);
  const before = await t.copy.everything();
  const [lost, changed] = (await t.copy.all("households")).slice(0, 2);
  const gone = { seq: 1, collection: lost!.collection, id: lost!.id, rev: 1, op: "delete" as const };
  const cursor = await t.copy.cursor();
  await t.copy.apply({ epoch: "e", cursor, more: false, changes: [gone] });
  changed!.data["address"] = "?"; // as a damaged disk would
  await t.copy.replace([], [{ ...changed!, seq: 1, op: "upsert", rev: 0 }]);
  assert.ok((await t.verify()) > 0);
  assert.deepEqual(await t.copy.everything(), before);
  assert.equal(await t.verify(), 0);
});

test("attachments come whole over a line that loses answers, and complete their record", async () => {
  const stores = await make();
  const t = await tablet(stores);
  const png = new Uint8Array(300_000);
  png.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const file = await attach(stores.files, "门牌.png", new Blob([png]));
  const op = await t.outbox.add({ ...visit("示例路 99 号"), files: [file] });
  await t.push();
  for (const method of ["POST", "PATCH", "HEAD"]) {
    let losses = 0;
    server.weather = (m, path) => (m === method && path.includes("/files/") && !path.endsWith("have") && losses++ === 0 ? "lost" : "fine");
    await upload(t.conn, stores.files).catch((err: unknown) => assert.ok(again(err), String(err)));
  }
  server.weather = () => "fine";
  await upload(t.conn, stores.files);
  assert.deepEqual(await stores.files.waiting(), []);
  const office = await operator();
  const record = (await office("GET", `child_visits/records/${op.id}`)) as unknown as { complete: boolean };
  assert.equal(record.complete, true);
});

test("the server is told how many attachments wait, also after an upload that was cut", async () => {
  const stores = await make();
  const t = await tablet(stores);
  const office = await operator();
  const waits = async () => {
    const row = (await office("GET", `devices/records/${t.conn.device}`)) as unknown as { waiting: number; files_waiting: number };
    return [row.waiting, row.files_waiting];
  };
  const png = (n: number) => new Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, n])]);
  const photos = [await attach(stores.files, "一.png", png(1)), await attach(stores.files, "二.png", png(2))];
  await t.outbox.add({ ...visit("示例路 98 号"), files: photos });
  await t.push();
  assert.deepEqual(await waits(), [0, 2]);
  let brought = 0;
  server.weather = (m, path) => (m === "PATCH" && path.includes("/files/") && brought++ > 0 ? "lost" : "fine");
  await assert.rejects(t.upload());
  assert.deepEqual(await waits(), [0, 1]);
  server.weather = () => "fine";
  await t.upload();
  assert.deepEqual(await waits(), [0, 0]);
});

test("another worker cannot send what is in the outbox", async () => {
  const stores = await make();
  await (await tablet(stores)).outbox.add(visit("示例路 90 号"));
  const other = new Conn(server.url);
  await other.signIn("S00006", password);
  const t = new Tablet(other, stores.outbox, stores.copy);
  const refused = await t.register().catch((err: unknown) => err);
  assert.ok(refused instanceof Refusal && refused.code === "auth.forbidden");
  assert.equal((await stores.outbox.waiting()).length, 1);
});

test("a line that stays dead ends in an error that says so, and a stop is a stop", async () => {
  const t = await tablet(await make());
  await t.outbox.add(visit("示例路 95 号"));
  server.weather = () => "down";
  const failed = await t.sync({ ...quick, tries: 3 }).catch((err: unknown) => err);
  assert.ok(again(failed));
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  await assert.rejects(t.sync({ firstMs: 60_000 }, stop.signal), { name: "AbortError" });
  assert.equal((await t.outbox.waiting()).length, 1);
});
