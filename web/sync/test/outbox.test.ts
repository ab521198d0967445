import assert from "node:assert/strict";
import { test } from "node:test";
import { maxOperations, maxPushBytes, newID, type Draft } from "../src/index.js";
import { checkReceipts } from "../src/outbox.js";
import { implementations } from "./stores.js";

const draft = (letters = 1): Draft => ({ op: "submit", id: newID(), form: "f", answers: { note: "x".repeat(letters) } });

for (const [name, make] of Object.entries(implementations)) {
  test(`${name}: an outbox numbers, keeps the order and drops only what it is told`, async () => {
    const first = await make();
    await first.outbox.bind("d1", 7);
    for (let i = 0; i < 3; i++) await first.outbox.add(draft());
    const { outbox } = await first.restart();
    assert.equal(await outbox.device(), "d1");
    assert.deepEqual((await outbox.waiting()).map((op) => op.seq), [8, 9, 10]);
    await outbox.drop([9, 99]);
    assert.deepEqual((await outbox.batch()).map((op) => op.seq), [8, 10]);
    await outbox.drop([8, 10]);
    assert.deepEqual(await outbox.batch(), []);
    assert.equal((await outbox.add(draft())).seq, 11, "a number is never used again");
    await outbox.bind("d1", 5);
    assert.equal((await outbox.add(draft())).seq, 12);
  });

  test(`${name}: operations added at once get numbers of their own`, async () => {
    const { outbox } = await make();
    const all = await Promise.all(Array.from({ length: 20 }, () => outbox.add(draft())));
    assert.equal(new Set(all.map((op) => op.seq)).size, 20);
  });

  test(`${name}: a batch keeps the limits`, async () => {
    const { outbox } = await make();
    for (let i = 0; i < maxOperations + 1; i++) await outbox.add(draft());
    assert.equal((await outbox.batch()).length, maxOperations);
    const large = await make();
    for (let i = 0; i < 3; i++) await large.outbox.add(draft(maxPushBytes / 2));
    assert.equal((await large.outbox.batch()).length, 1);
    await assert.rejects(large.outbox.add(draft(maxPushBytes)), RangeError);
    assert.equal((await large.outbox.waiting()).length, 3);
  });
}

test("receipts must answer the batch one by one", () => {
  const batch = [1, 2, 3].map((seq) => ({ ...draft(), seq }));
  const good = () => batch.map(({ seq, id }) => ({ seq, id, status: "stored" as const }));
  checkReceipts(batch, good());
  const wrong = { "one is missing": good().slice(1), "in another order": good().reverse(), none: [], "of another": [...good().slice(1), { seq: 9, id: "x", status: "stored" as const }] };
  for (const [name, receipts] of Object.entries(wrong)) assert.throws(() => checkReceipts(batch, receipts), Error, name);
});

test("ids are UUIDs of version 7, in order of time", () => {
  // The example of RFC 9562, appendix A.6.
  const random = Uint8Array.from([0xcc, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  assert.equal(newID(0x017f22e279b0, random), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});
