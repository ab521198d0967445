// Who somebody new may be, out of the tablet's own copy: the comparison of the server's engine, without its rarer cases. Its
// tables are the engine's, and test/lookalikes.json holds it to the engine's judgement.
import { atHome, births, longSurnames, names, readings, surnames, weights } from "./tables.js";
import type { Held } from "./copy.js";

/** What is told of somebody; "" where it is not known. */
export interface Person {
  name: string;
  sex: string;
  birth: string; // YYYY-MM-DD, or the year
  number: string;
  phone: string;
  household: string;
}

/** Somebody in the copy who may be the one that is asked about. */
export interface Lookalike {
  id: string;
  probability: number;
}

// Pairs of one person, and others of the household, for each in the list, as the engine expects them.
const expected = 0.2, housemates = 3;
const askFrom = 0.3;

/**
 * Those of the tablet's persons who may be somebody new, the likeliest first, at most so many: to be shown before a new
 * person is made.
 */
export function lookalikes(one: Person, persons: Held[], most = 5): Lookalike[] {
  return persons
    .map((p) => ({ id: p.id, probability: likely(one, personOf(p.data), persons.length) }))
    .filter((l) => l.probability >= askFrom)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, most);
}

/** The person that a row of persons tells of. */
export function personOf(data: Record<string, unknown>): Person {
  const text = (key: string) => (typeof data[key] === "string" ? (data[key] as string) : "");
  const names = { name: text("full_name"), sex: text("sex"), birth: text("birth_date").slice(0, 10) };
  return { ...names, number: text("id_number"), phone: text("phone"), household: text("household") };
}

/** How likely two are one person in a list of so many, rather than two of one household, or strangers. */
export function likely(a: Person, b: Person, people: number): number {
  const same = expected * 2 ** evidence(a, b);
  const household = housemates * 2 ** ofOneHousehold(a, b);
  return same / (same + household + Math.max(1, people));
}

/** How well two agree in each fact, and how much rarer, in bits, the names are that they share. */
function levels(a: Person, b: Person) {
  const [familyA, givenA] = parts(fold(a.name));
  const [familyB, givenB] = parts(fold(b.name));
  return {
    surname: nameLevel(familyA, familyB),
    given: nameLevel(givenA, givenB),
    sex: equal(a.sex, b.sex, 2),
    birth: dateLevel(a.birth, b.birth),
    number: numberLevel(a.number, b.number),
    phone: equal(a.phone, b.phone, 3),
    household: equal(a.household, b.household, 4),
    rareSurname: familyA === familyB ? rarity(names.surname, familyA) : 0,
    rareGiven: givenA === givenB ? rarity(names.given_name, givenA) : 0,
  };
}

/** The weight, in bits, of all that two have in common; none that counts for brothers, sisters and twins. */
function evidence(a: Person, b: Person): number {
  const l = levels(a, b);
  if (l.given === other || (l.given >= inPart && l.number !== 1 && l.number !== 2)) return -Infinity;
  const person = weigh(weights.given_name, l.given) + weigh(weights.surname, l.surname) + weigh(weights.sex, l.sex) + weigh(births[givenNames(l.given)]!, l.birth);
  return l.rareGiven + l.rareSurname + person + weigh(weights.id_number, l.number) + weigh(weights.phone, l.phone) + weigh(weights.house_code, l.household);
}

/**
 * The same for two people of one household: they share the place and mostly the surname, seldom the given name, and the
 * birth date when they are twins; brothers and sisters are born within a few years.
 */
function ofOneHousehold(a: Person, b: Person): number {
  const l = levels(a, b);
  const shared = weigh(weights.phone, l.phone) + weigh(weights.house_code, l.household) + Math.max(-1.3, weigh(weights.surname, l.surname) - 0.7);
  return l.rareSurname + shared + weigh(atHome.given_name, l.given) + weigh(atHome.births[givenNames(l.given)]!, l.birth);
}

/** By what birth dates are weighed, since names have their years: nothing, given names that sound alike, others. */
const givenNames = (level: number) => (level === 0 ? 0 : level <= loosely ? 1 : 2);

/** How much more the agreement on a name tells than on any, in bits: few people share a rare one. */
function rarity(of: typeof names.surname, name: string): number {
  if (name === "") return 0;
  const bits = Math.log2(of.agree / (of.common[name] ?? of.rare));
  return Math.max(-mostRare, Math.min(mostRare, bits));
}

const mostRare = 4 / Math.LN2;

const weigh = (levels: number[], level: number) => (level === 0 ? 0 : levels[level - 1]!);

/** 1 where two are the same, the worst level where they are not, 0 where one is not known. */
const equal = (a: string, b: string, worst: number) => (a === "" || b === "" ? 0 : a === b ? 1 : worst);

// Levels of names: the same, heard alike, heard alike by those who mix sounds up, alike in part, another.
const heard = 5, loosely = 6, inPart = 7, other = 9;

function nameLevel(a: string, b: string): number {
  if (a === "" || b === "") return 0;
  if (a === b) return 1;
  const x = [...a], y = [...b];
  if (x.length !== y.length) return a.includes(b) || b.includes(a) ? inPart : other;
  const same = x.map((c, i) => (c === y[i] ? 1 : meet(c, y[i]!)));
  if (same.every((s) => s > 0)) return Math.max(...same);
  return same.some((s) => s > 0) || x.join() === y.reverse().join() ? inPart : other;
}

/** heard or loosely where two characters have a reading in common, 0 where they have none. */
function meet(a: string, b: string): number {
  const x = sounds().get(a) ?? [], y = sounds().get(b) ?? [];
  if (x.some((s) => y.includes(s))) return heard;
  return x.some((s) => y.some((t) => loosened(s) === loosened(t))) ? loosely : 0;
}

let bySound: Map<string, string[]> | undefined;

/** The readings of each common character. */
function sounds(): Map<string, string[]> {
  if (bySound) return bySound;
  bySound = new Map();
  for (const [plain, characters] of Object.entries(readings)) {
    for (const c of characters) bySound.set(c, [...(bySound.get(c) ?? []), plain]);
  }
  return bySound;
}

/** One spelling for sounds that speakers of the south mix up. */
function loosened(plain: string): string {
  return plain
    .replace(/^(zh|ch|sh|hu|h|n|r)/, (s) => ({ zh: "z", ch: "c", sh: "s", hu: "f", h: "f" })[s] ?? "l")
    .replace(/([aeio]n)g$/, "$1");
}

const fold = (name: string) => name.normalize("NFKC").toLowerCase().replace(/[\s.・•‧∙]+/g, "");

/** Surname and given name; what begins with no surname is a nickname or a name without one. */
function parts(name: string): [string, string] {
  const c = [...name];
  if (c.length < 2 || name.includes("·")) return ["", name];
  if (c.length >= 3 && longSurnames.includes(c[0]! + c[1]!)) return [c[0]! + c[1]!, c.slice(2).join("")];
  if (c.length === 4 && surnames.includes(c[0]!) && surnames.includes(c[1]!)) return [c[0]! + c[1]!, c.slice(2).join("")];
  if ((c.length === 2 && c[0] === c[1]) || !surnames.includes(c[0]!)) return ["", name];
  return [c[0]!, c.slice(1).join("")];
}

function dateLevel(a: string, b: string): number {
  if (a === "" || b === "") return 0;
  if (a === b) return 1;
  const [x, y] = [a, b].map((s) => s.split("-").map(Number)) as [number[], number[]];
  const years = Math.abs(x[0]! - y[0]!);
  if (x.length < 3 || y.length < 3) {
    if (years >= 90 && oneOff(a.slice(0, 4), b.slice(0, 4))) return 10; // a digit of the year, no generation
    return years === 0 ? 6 : years <= 2 ? 9 : years < 15 ? 10 : 11;
  }
  if (years === 0 && x[1] === y[2] && x[2] === y[1]) return 2;
  if (oneOff(a, b)) return 4;
  if (x.filter((n, i) => n === y[i]).length === 2 && years <= 10) return 5;
  const days = Math.abs(Date.parse(a) - Date.parse(b)) / 86_400_000;
  if (days >= 18 && days <= 52) return 7;
  return years === 0 ? 8 : years < 15 ? 10 : 11;
}

function numberLevel(a: string, b: string): number {
  if (a === "" || b === "") return 0;
  if (a.toUpperCase() === b.toUpperCase()) return 1;
  return oneOff(a, b) ? 2 : 5;
}

/** Whether two differ in one place, or in two neighbours that are exchanged. */
function oneOff(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const at = [...a].flatMap((c, i) => (c === b[i] ? [] : [i]));
  const [i, j] = at;
  return at.length === 1 || (at.length === 2 && j === i! + 1 && a[i!] === b[j] && a[j] === b[i!]);
}
