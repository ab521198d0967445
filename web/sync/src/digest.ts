/** How many parts a digest has. */
export const buckets = 256;

async function sha256(text: string): Promise<DataView> {
  return new DataView(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** The bucket of a record: docs/sync.md defines it. */
export async function bucketOf(collection: string, id: string): Promise<number> {
  return (await sha256(`${collection}/${id}`)).getUint8(0);
}

/** What is kept with a record, so that data that changed on the tablet itself is noticed. */
export async function dataSum(data: unknown): Promise<string> {
  return (await sha256(JSON.stringify(data))).getBigUint64(0).toString(16);
}

/** The sums of a copy, as the server writes them. */
export class Digest {
  private readonly sums = new BigUint64Array(buckets);

  async add(collection: string, id: string, rev: number): Promise<void> {
    const at = await bucketOf(collection, id);
    const sum = (await sha256(`${collection}/${id}/${rev}`)).getBigUint64(0);
    this.sums[at]! ^= sum;
  }

  /** The buckets that differ from the server's. */
  differing(theirs: string[]): number[] {
    const wrong: number[] = [];
    this.sums.forEach((sum, i) => {
      if (theirs[i] !== sum.toString(16).padStart(16, "0")) wrong.push(i);
    });
    return wrong;
  }
}
