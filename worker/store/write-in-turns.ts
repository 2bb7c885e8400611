import type { InStatement } from '@libsql/client/http'
import type { Caller } from './db.ts'

/**
 * A client that sends one write after another, while reads pass them by. Two connections that wrote at once were served; of four, `sqld`
 * refused some as busy, and five it left now and then without any answer, until they gave up after 30 s (measured; the cause is not
 * known). A process has no gain from writing twice at once anyway: a database takes one write at a time.
 */
export const writeInTurns = (client: Caller): Caller => {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => {
    const turn = last.then(write)
    last = turn.catch(() => {}) // whoever asked for it is told; the next only waits for its end
    return turn
  }
  return {
    execute: (statement: InStatement) => {
      const call = () => client.execute(statement)
      return isRead(statement) ? call() : inTurn(call)
    },
    batch: (statements, mode) => {
      const call = () => client.batch(statements, mode)
      return mode === 'read' ? call() : inTurn(call)
    },
    close: () => client.close(),
  }
}

/** Pages of an export begin with `with`; nothing that writes does, but in a batch. */
const isRead = (statement: InStatement): boolean =>
  /^\s*(?:select|with)\b/i.test(typeof statement === 'string' ? statement : statement.sql)
