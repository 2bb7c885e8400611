import { closeSync, openSync, writeSync } from 'node:fs'
import { createClient } from '@libsql/client'

/**
 * The yardstick of the bench: what the database itself can give. The same lines in one plain table, no versions and no jobs, scanned
 * in key order and written to one file, nothing flushed. Pages are concatenated inside the database, the fastest way measured.
 *
 *     node test/bench/reference.ts copy <store database> <plain database>
 *     node test/bench/reference.ts scan <plain database> <output file>      prints {"seconds", "bytes", "lines"}
 */
const copy = async (from: string, to: string): Promise<void> => {
  const client = createClient({ url: `file:${to}`, concurrency: 1 })
  await client.execute('pragma journal_mode = wal')
  await client.execute(`attach database '${from.replaceAll("'", "''")}' as store`)
  await client.execute('create table plain (key integer primary key, line text not null)')
  await client.execute('insert into plain select position, line from store.resource_body order by position')
  await client.execute('pragma wal_checkpoint(truncate)')
  client.close()
}

const scan = async (from: string, to: string): Promise<void> => {
  const client = createClient({ url: `file:${from}`, concurrency: 1 })
  const file = openSync(to, 'w')
  const startedAt = performance.now()
  let [after, bytes, lines] = [0, 0, 0]
  for (;;) {
    const { rows } = await client.execute({
      sql: `select max(key) as last, count(*) as lines, cast(group_concat(line, char(10)) || char(10) as blob) as page
        from (select key, line from plain where key > ? order by key limit 500)`,
      args: [BigInt(after)],
    })
    const row = rows[0]
    if (!(row?.page instanceof ArrayBuffer)) break
    bytes += writeSync(file, new Uint8Array(row.page))
    lines += Number(row.lines)
    after = Number(row.last)
  }
  closeSync(file)
  console.log(JSON.stringify({ seconds: (performance.now() - startedAt) / 1000, bytes, lines }))
}

const [verb, from, to] = process.argv.slice(2)
if (from === undefined || to === undefined) throw new Error('usage: reference.ts copy|scan <from> <to>')
await (verb === 'copy' ? copy(from, to) : scan(from, to))
