import assert from "node:assert/strict";
import { test } from "node:test";
import { newID, type Change, type Page } from "../src/index.js";
import { implementations } from "./stores.js";

const up = (id: string, rev: number): Change => ({ seq: 1, collection: "persons", id, rev, op: "upsert", data: { name: id } });
const gone = (id: string, op: "delete" | "leave"): Change => ({ seq: 1, collection: "persons", id, rev: 1, op });
const page = (changes: Change[], more: Partial<Page> = {}): Page => ({ epoch: "e", cursor: "c", more: false, changes, ...more });

const cases: Record<string, { pages: Page[]; want: string }> = {
  "upsert and newer": { pages: [page([up("a", 1), up("b", 1)]), page([up("a", 2)])], want: "a2 b1" },
  delete: { pages: [page([up("a", 1), up("b", 1), gone("a", "delete")])], want: "b1" },
  leave: { pages: [page([up("a", 1), up("b", 1), gone("b", "leave")])], want: "a1" },
  "reset in one page": { pages: [page([up("a", 1)]), page([up("b", 1)], { reset: true })], want: "b1" },
  "reset over two pages": {
    pages: [page([up("a", 1), up("c", 1)]), page([up("b", 1)], { reset: true, more: true }), page([up("c", 1)])],
    want: "b1 c1",
  },
  "reset not yet complete": { pages: [page([up("a", 1)]), page([up("b", 1)], { reset: true, more: true })], want: "a1 b1" },
  "a second reset begins anew": {
    pages: [page([up("a", 1)], { reset: true, more: true }), page([up("b", 1)], { reset: true })],
    want: "b1",
  },
};

for (const [name, make] of Object.entries(implementations)) {
  for (const [what, { pages, want }] of Object.entries(cases)) {
    test(`${name}: ${what}, and unsent work stays`, async () => {
      let stores = await make();
      const unsent = await stores.outbox.add({ op: "household", id: "a", base_rev: 1, answers: { phone: "1" } });
      for (const one of pages) {
        await stores.copy.apply(one);
        stores = await stores.restart();
      }
      const held = (await stores.copy.all("persons")).map((r) => r.id + r.rev).sort();
      assert.equal(held.join(" "), want);
      assert.deepEqual(await stores.outbox.waiting(), [unsent]);
    });
  }

  test(`${name}: a page that is not understood changes nothing`, async () => {
    const { copy } = await make();
    await copy.apply(page([up("a", 1)], { cursor: "before" }));
    const odd = { ...gone("a", "leave"), op: "explode" } as unknown as Change;
    await assert.rejects(copy.apply(page([up("b", 1), odd], { cursor: "after" })));
    assert.equal(await copy.cursor(), "before");
    assert.equal(await copy.get("persons", "b"), undefined);
    assert.equal((await copy.get("persons", "a"))?.data["name"], "a");
    assert.equal(await copy.get("persons", newID()), undefined);
  });
}
