import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { attachmentMark } from '../../worker/fhir/attachment-urls.ts'
import {
  createHarness,
  type Harness,
  linesOf,
  type Manifest,
  pathOf,
  type TestDatabase,
} from '../support/harness.ts'
import { isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'

const base = 'http://127.0.0.1:8080/fhir'
const open: Harness[] = []
afterEach(() => {
  for (const harness of open.splice(0)) harness.close()
})
const openHarness = async (limits?: Parameters<typeof createHarness>[0], database?: TestDatabase) => {
  const harness = await createHarness(limits, undefined, database)
  open.push(harness)
  return harness
}

const putText = (h: Harness, name: string, body: string) =>
  h.request(`/fhir/${name}`, { method: 'PUT', body, headers: { 'content-type': 'application/fhir+json' } })

const document = (id: string, ...urls: readonly string[]): string =>
  `{"resourceType":"DocumentReference","id":"${id}","status":"current","x":1.00,"content":[${urls
    .map((url) => `{"attachment":{"contentType":"text/plain","url":"${url}"}}`)
    .join(',')}]}`

/** What the tests below ask of any database: what goes in, what comes out by REST and by export. */
const describeOn = (title: string, database: () => Promise<TestDatabase | undefined>) =>
  describe(title, () => {
    test('has relative URLs made absolute, below the base URL of the job', async () => {
      const h = await openHarness({}, await database())
      await h.load([
        JSON.parse(document('a', 'Binary/1')),
        JSON.parse(document('b', 'https://example.org/x')),
      ])
      await putText(
        h,
        'DocumentReference/c',
        document('c', String.raw`Binary\/2\/_history\/3`, '#x', 'é.pdf'),
      )
      const { text, manifest } = await h.export()

      const lines = text.get('DocumentReference-1.ndjson') ?? ''
      expect(manifest.output).toMatchObject([{ type: 'DocumentReference', count: 3 }])
      expect(linesOf(lines).map(({ content }) => content)).toMatchObject([
        [{ attachment: { url: `${base}/Binary/1` } }],
        [{ attachment: { url: 'https://example.org/x' } }],
        [
          { attachment: { url: `${base}/Binary/2/_history/3` } },
          { attachment: { url: '#x' } },
          { attachment: { url: 'é.pdf' } },
        ],
      ])
      expect(lines).not.toContain(attachmentMark)
      expect(lines).toContain(
        String.raw`"x":1.00,"content":[{"attachment":{"contentType":"text/plain","url":"${base}/Binary\/2\/_history\/3"`,
      )
    })

    test('comes back by REST as it was given', async () => {
      const h = await openHarness({}, await database())
      const answer = await putText(h, 'DocumentReference/a', document('a', String.raw`Binary\/1`, 'Binary/2'))
      const stored = await answer.text()

      expect(stored).toContain(String.raw`"url":"Binary\/1"`)
      expect(stored).not.toContain(attachmentMark)
      expect(await (await h.request('/fhir/DocumentReference/a')).text()).toBe(stored)
    })

    test('is the same bytes whatever a page and a part hold', async () => {
      const run = async (limits: Parameters<typeof createHarness>[0]) => {
        const h = await openHarness(limits, await database())
        const urls = Array.from({ length: 40 }, (_, n) => `Binary/${n}`)
        await h.load(Array.from({ length: 30 }, (_, n) => JSON.parse(document(`d${n}`, ...urls.slice(0, n)))))
        return (await h.export()).text
      }
      const whole = await run({})
      expect(await run({ pageRows: 3, pageBytes: 1_000, partBytes: 700, tickRows: 7 })).toEqual(whole)
      expect(linesOf(whole.get('DocumentReference-1.ndjson') ?? '')).toHaveLength(30)
    })
  })

describeOn('An attachment', async () => undefined)

test('An attachment keeps the base URL that its job was kicked off with', async () => {
  const h = await openHarness()
  await putText(h, 'DocumentReference/a', document('a', 'Binary/1'))
  const job = await h.kickOff()
  await h.deps.db.query.updateTable('job').set({ base_url: 'https://example.org/other' }).execute()
  const { output } = (await (await h.finish(job)).json()) as Manifest
  const file = await h.request(pathOf(output[0]?.url ?? '').replace('/other/', '/fhir/'))
  expect(await file.text()).toContain('"url":"https://example.org/other/Binary/1"')
})

describe('The bytes of a version with marks', () => {
  test('count each as about a base URL, so that a page of attachments stays near its bound', async () => {
    const h = await openHarness()
    const bytesOf = async (...urls: readonly string[]) => {
      await putText(h, 'DocumentReference/a', document('a', ...urls))
      const rows = await h.deps.db.query
        .selectFrom('resource_version')
        .select(['bytes', 'marked'])
        .orderBy('position', 'desc')
        .execute()
      return rows[0]
    }
    const plain = await bytesOf('binary/1')
    const marked = await bytesOf('Binary/1')
    expect(plain?.marked).toBe(0)
    expect(marked).toEqual({ bytes: (plain?.bytes ?? 0) + 64, marked: 1 })
  })
})

describe.skipIf(isSqldMissing)('On a libSQL server', () => {
  let sqld: SqldServer
  beforeAll(async () => {
    sqld = await startSqld()
  })
  afterAll(() => sqld.stop())
  describeOn('an attachment', () => sqld.emptied())
})
