import { expect, test } from 'vitest'
import type { Caller } from '../../worker/store/db.ts'
import { writeInTurns } from '../../worker/store/write-in-turns.ts'

const noResult = { columns: [], columnTypes: [], rows: [], rowsAffected: 0, lastInsertRowid: undefined }

/** A client whose calls end when the test says so. */
const slowClient = () => {
  const begun: string[] = []
  const ends = new Map<string, (error?: Error) => void>()
  const call = (name: string) => {
    begun.push(name)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    ends.set(name, (error) => (error === undefined ? resolve() : reject(error)))
    return promise
  }
  const nameOf = (statement: unknown) => (typeof statement === 'string' ? statement : 'other')
  const client: Caller = {
    execute: async (statement: unknown) => {
      await call(nameOf(statement))
      return { ...noResult, toJSON: () => ({}) }
    },
    batch: async (statements) => {
      await call(nameOf(statements[0]))
      return []
    },
    close: () => {},
  }
  return { client, begun, end: (name: string, error?: Error) => ends.get(name)?.(error) }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('A write waits for the end of the one before, though that fails, and reads wait for nothing', async () => {
  const { client, begun, end } = slowClient()
  const inTurns = writeInTurns(client)

  const first = inTurns.batch(['insert 1'], 'write')
  const second = inTurns.execute('update 2')
  const third = inTurns.batch(['insert 3'], 'write')
  const reads = [inTurns.execute('select 4'), inTurns.batch(['select 5'], 'read')]
  await turn()
  expect(begun).toEqual(['select 4', 'select 5', 'insert 1'])

  end('insert 1', new Error('busy'))
  await expect(first).rejects.toThrow('busy')
  await turn()
  expect(begun.at(-1)).toBe('update 2')

  end('update 2')
  await second
  await turn()
  expect(begun.at(-1)).toBe('insert 3')
  for (const name of ['insert 3', 'select 4', 'select 5']) end(name)
  await Promise.all([third, ...reads])
})
