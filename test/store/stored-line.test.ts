import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readResource } from '../../worker/store/read-resource.ts'
import fc from '../support/fast-check.ts'
import { openStore, patient, put, putText, type Store } from './open-store.ts'

let store: Store
beforeEach(async () => {
  store = await openStore()
})
afterEach(() => store.client.close())

const bytesIn = (text: string) => new TextEncoder().encode(text).length

/** Writes the text of a resource with the id `a`, and checks everything that is known of the stored line. */
const expectStored = async (text: string, head: string, tail: string) => {
  const { versionId, lastUpdated } = await store.writeOne(putText(text), 1_767_225_600_000)
  const line = `${head}"meta":{"versionId":"${versionId}","lastUpdated":"${new Date(lastUpdated).toISOString()}"${tail}`
  expect((await readResource(store.db, 'Patient', 'a'))?.line).toBe(line)
  const [bytes, ...others] = await store.column(
    'select bytes from resource_version order by seq desc limit 1',
  )
  expect([bytes, others]).toEqual([bytesIn(line) + 1, []])
}

describe('A stored line', { timeout: 60_000 }, () => {
  test.each([
    ['German and Japanese', 'Gr\u00fc\u00dfe \u65e5\u672c\u8a9e'],
    ['emoji of several code points', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u{1f3f4}\u{e0067}\u{e0062}'],
    ['line and paragraph separators', 'a\u2028b\u2029c\u0085d'],
    ['a byte order mark inside', 'a\ufeffb'],
    ['the first and last code points of each length', '\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}'],
  ])('keeps %s, and counts their bytes in UTF-8', async (_, value) => {
    const text = `{"resourceType":"Patient","id":"a","name":[{"text":"${value}"}]}`
    await expectStored(text, '{"resourceType":"Patient","id":"a",', `},"name":[{"text":"${value}"}]}`)
  })

  test.each([
    ['escaped quotes and backslashes', String.raw`\"\\\"\\`],
    ['escaped control characters', String.raw`\n\r\t\b\f\u0000\u001f`],
    ['needless escapes', String.raw`\u0041\/\u00e9`],
    ['escaped surrogates, whole and half', String.raw`\ud83d\ude00 \ud800`],
    ['what looks like its own seams', String.raw`\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"`],
    ['what looks like SQL', `'); drop table resource; -- ' || char(10) ?1 $1 :a @b`],
  ])('keeps %s token by token', async (_, value) => {
    const text = `{ "resourceType" : "Patient", "id":"a", "name":[ {"text":"${value}"} ] }`
    await expectStored(text, '{"resourceType":"Patient","id":"a",', `},"name":[{"text":"${value}"}]}`)
  })

  test('keeps numbers as they were written', async () => {
    const numbers = '[1.00,1e2,-0,12345678901234567890.123456789012345678901234567890]'
    await expectStored(
      `{"resourceType":"Patient","extension":${numbers},"id":"a"}`,
      `{"resourceType":"Patient","extension":${numbers},"id":"a",`,
      '}}',
    )
  })

  test('keeps what else stands in meta, behind the values of the server', async () => {
    await expectStored(
      '{"meta":{"versionId":"77","source":"é","lastUpdated":"2001-01-01T00:00:00Z"},"id":"a","resourceType":"Patient"}',
      '{',
      ',"source":"é"},"id":"a","resourceType":"Patient"}',
    )
  })

  test('may be 4 MB, of ASCII and of other text', async () => {
    for (const value of ['x'.repeat(3_999_900), '\u65e5'.repeat(1_333_300), '\\"'.repeat(1_999_950)]) {
      const text = `{"resourceType":"Patient","id":"a","name":[{"text":"${value}"}]}`
      await expectStored(text, '{"resourceType":"Patient","id":"a",', `},"name":[{"text":"${value}"}]}`)
    }
  })

  test('has as many bytes as its version says, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 5 }),
        async (names) => {
          const name = names.map((text) => ({ text: text.toWellFormed() }))
          await store.writeOne(put(patient('a', { name })))
          const version = await readResource(store.db, 'Patient', 'a')
          expect(JSON.parse(version?.line ?? '')).toMatchObject({ id: 'a', name })
          const [bytes] = await store.column('select bytes from resource_version order by seq desc limit 1')
          expect(bytes).toBe(bytesIn(version?.line ?? '') + 1)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('meta.lastUpdated of a stored line', { timeout: 60_000 }, () => {
  /** Whole milliseconds since the epoch up to the end of the year 9999, close to the turns of seconds as well. */
  const instant = fc.oneof(
    fc.integer({ min: 0, max: 253_402_300_799_999 }),
    fc
      .tuple(fc.integer({ min: 0, max: 253_402_300_799 }), fc.constantFrom(0, 1, 2, 499, 500, 501, 998, 999))
      .map(([second, ms]) => second * 1000 + ms),
  )

  test('is the last_updated of its version, to the millisecond', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(instant, { minLength: 40, maxLength: 60 }), async (instants) => {
        // A fresh start, as lastUpdated never falls.
        await store.client.execute('update store_clock set last_assigned = 0, floor = 0')
        await store.client.execute('delete from instant')
        for (const now of instants.sort((a, b) => a - b)) {
          const { lastUpdated } = await store.writeOne(put(patient('a')), now)
          const line = (await readResource(store.db, 'Patient', 'a'))?.line ?? ''
          expect([lastUpdated, JSON.parse(line).meta.lastUpdated]).toEqual([now, new Date(now).toISOString()])
        }
      }),
      { numRuns: 20 },
    )
  })

  test('is the same for every millisecond of a minute, as SQLite writes it', async () => {
    const { rows } =
      await store.client.execute(`with recursive t (ms) as (select 0 union all select ms + 1 from t limit 60000)
      select ms from t where strftime('%Y-%m-%dT%H:%M:%fZ', (1767225599000 + ms) / 1000.0, 'unixepoch')
        <> strftime('%Y-%m-%dT%H:%M:%S', (1767225599000 + ms) / 1000, 'unixepoch') || '.' || printf('%03d', ms % 1000) || 'Z'`)
    expect(rows).toEqual([])
  })
})
