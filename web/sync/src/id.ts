/**
 * Makes the id of a new record: a UUID version 7 (RFC 9562, section 5.7) of a time in milliseconds and ten random bytes.
 */
export function newID(now = Date.now(), random = crypto.getRandomValues(new Uint8Array(10))): string {
  const b = new Uint8Array(16);
  b.set(random, 6);
  for (let i = 0; i < 6; i++) {
    b[i] = Math.floor(now / 2 ** (40 - 8 * i)) % 256;
  }
  b[6] = 0x70 | (b[6]! & 0x0f);
  b[8] = 0x80 | (b[8]! & 0x3f);
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
