// What is unusual in an interview, in words.
import { t, tOr } from '@doorstep/kit/language.ts'
import type { Text } from '@doorstep/kit/texts.ts'
import { texts } from '@doorstep/kit/texts.ts'
import { count } from '@doorstep/kit/moments.ts'
import type { Schemas } from '@doorstep/kit/server.ts'

type Flag = Schemas['QualityFlag']
const shares = ['same', 'missing', 'digits', 'expected']
const written = (kind: string, v: number) => (shares.includes(kind) ? (v > 0 && v < 0.1 ? (100 * v).toFixed(1) : Math.round(100 * v)) + '%' : count(v < 10 ? Math.round(10 * v) / 10 : Math.round(v)))

/** words tells one flag with its evidence. */
export function words(f: Flag): string {
  const key = 'flag.' + f.kind
  return key in texts ? t(key as Text, { value: written(f.kind, f.value), usual: written(f.kind, f.usual) }) : tOr(key, f.kind)
}
