import type { Context, MiddlewareHandler } from 'hono'
import type { RecordRefusal } from '../auth/record-refusal.ts'
import { refusalOf } from './refusal.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Tells the audit of an error that a route answers by itself, in a form of its own, if it refuses somebody something. */
    readonly noteRefusal: (error: unknown) => Promise<void>
  }
}

export const notingRefusals =
  (record: RecordRefusal): MiddlewareHandler =>
  async (c, next) => {
    c.set('noteRefusal', (error) => noteRefusal(c, record, error))
    await next()
  }

export const noteRefusal = async (c: Context, record: RecordRefusal, error: unknown): Promise<void> => {
  const refusal = error instanceof Error ? await refusalOf(c, error) : undefined
  if (refusal !== undefined) await record(refusal)
}
