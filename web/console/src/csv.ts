import { keep } from '@doorstep/kit/server.ts'

/** A cell that a spreadsheet would take for a formula is quoted as text. */
function cell(said: string | number): string {
  const s = String(said)
  const formula = typeof said === 'string' && /^[=+\-@\t\r]/.test(s)
  return formula || /[",\r\n]/.test(s) ? `"${formula ? "'" : ''}${s.replaceAll('"', '""')}"` : s
}

/** saveTable hands a table to the browser to be saved, as CSV that Excel reads. */
export function saveTable(name: string, lines: (string | number)[][]) {
  const text = lines.map((l) => l.map(cell).join(',')).join('\r\n')
  keep(new Blob(['\ufeff' + text + '\r\n'], { type: 'text/csv;charset=utf-8' }), name + '.csv')
}
