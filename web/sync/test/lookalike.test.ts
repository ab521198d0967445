import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { likely, lookalikes } from "../src/index.js";

type Said = Record<"Name" | "Sex" | "Birth" | "Number" | "Phone" | "House", string>;

type Vector = { list: number; one: Said; other: Said; probability: number };

const vectors = JSON.parse(readFileSync(new URL("../../test/lookalikes.json", import.meta.url), "utf8")) as Vector[];
const person = (s: Said) => ({ name: s.Name, sex: s.Sex, birth: s.Birth, number: s.Number, phone: s.Phone, household: s.House });

test("the tablet asks about whom the engine of the server asks about", () => {
  const asked = { yes: 0, no: 0 };
  for (const v of vectors) {
    const mine = likely(person(v.one), person(v.other), v.list);
    assert.equal(likely(person(v.other), person(v.one), v.list), mine, "either way round");
    if (v.probability > 0.2 && v.probability < 0.6) continue; // near the line, where rarer evidence decides
    asked[v.probability >= 0.3 ? "yes" : "no"]++;
    assert.equal(mine >= 0.3, v.probability >= 0.3, JSON.stringify({ ...v, mine }));
  }
  assert.ok(asked.yes > 50 && asked.no > 50, JSON.stringify(asked));
});

test("those who may be the same are listed, a sister and a stranger not at all", () => {
  const row = (id: string, full_name: string, birth_date: string) => ({ collection: "persons", id, rev: 1, sum: "", data: { full_name, sex: "male", birth_date, household: "h1" } });
  const persons = [row("a", "李小明", "2015-03-09"), row("b", "李晓明", "2015-03-01"), row("c", "李小红", "2015-03-01"), row("d", "王小明", "1980-03-01")];
  const found = lookalikes({ name: "李小明", sex: "male", birth: "2015-03-01", number: "", phone: "", household: "h1" }, persons);
  assert.deepEqual(found.map((f) => f.id), ["a", "b"]);
});
