// Names for what the server answers; the shapes are those of docs/openapi.yaml.
import type { Schemas } from './server'

export type Me = Schemas['Me']
export type QueueItem = Schemas['QueueItem']
export type QueuePage = Schemas['QueuePage']
export type Counts = Schemas['QueueCounts']
export type FullRecord = Schemas['RecordView']
export type Row = Schemas['RecordRow']
export type Asked = Schemas['QuestionList']['items'][number]
export type Issue = Schemas['RowIssue']
export type Pinned = Schemas['Remark']
export type Place = NonNullable<Schemas['Location']>
