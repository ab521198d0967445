import type { Schemas } from '@doorstep/kit/server.ts'

/** placeOf is where a report is read: a record in the review, what is held in the quarantine. */
export const placeOf = (r: Schemas['Report']) => (r.collection === 'submissions' ? { name: 'quarantine', query: { q: r.record } } : { name: 'review', query: { r: r.collection + '/' + r.record } })
