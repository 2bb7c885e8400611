import { LibsqlError } from '@libsql/client'
import { expect, test } from 'vitest'
import type { Caller } from '../../worker/store/db.ts'
import { retryWhenBusy } from '../../worker/store/retry-when-busy.ts'

const failing = (errors: readonly Error[]): { client: Caller; calls: () => number } => {
  let calls = 0
  const answer = async () => {
    const error = errors[calls++]
    if (error !== undefined) throw error
    return []
  }
  return {
    client: { execute: async () => Promise.reject(), batch: answer, close: () => {} },
    calls: () => calls,
  }
}
const busy = new LibsqlError('database is locked', 'SQLITE_BUSY')
const pauses: number[] = []
const clock = { sleep: async (ms: number) => void pauses.push(ms) }

test('a call that was refused as busy is made again, a little later each time', async () => {
  const { client, calls } = failing([busy, busy])
  expect(await retryWhenBusy(client, clock, () => 0.5).batch(['select 1'])).toEqual([])
  expect(calls()).toBe(3)
  expect(pauses).toEqual([100, 200])
})

test('what stays busy is told in the end', async () => {
  const { client, calls } = failing(Array.from({ length: 9 }, () => busy))
  await expect(retryWhenBusy(client, clock).batch(['select 1'])).rejects.toBe(busy)
  expect(calls()).toBe(6)
})

test('any other failure is told at once, for it may have been written', async () => {
  const lost = new Error('the connection failed')
  const { client, calls } = failing([lost])
  await expect(retryWhenBusy(client, clock).batch(['select 1'])).rejects.toBe(lost)
  expect(calls()).toBe(1)
})
