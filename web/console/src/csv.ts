import { lang, say, t } from '@doorstep/kit/language.ts'
import { keep, type Problem, stream } from '@doorstep/kit/server.ts'
import { note } from './notes'

/** saveTable has the server make a table, and hands it to the browser to be saved. */
export async function saveTable(path: string, query: Record<string, string>, name: string) {
  try {
    keep(await stream(`${path}?${new URLSearchParams({ ...query, lang: lang.value })}`, () => {}), name + '.csv')
  } catch (e) { note(say((e as Problem).said) || t('problem.offline'), true) }
}
