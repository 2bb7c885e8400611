import { afterEach, describe, expect, test } from 'vitest'
import type { Limits } from '../../worker/config.ts'
import { publishPage } from '../../worker/export/publish-page.ts'
import { createApp } from '../../worker/http/app.ts'
import { schemas } from '../../worker/http/openapi-schemas.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { fakeClock } from '../support/fake-clock.ts'
import fc from '../support/fast-check.ts'
import { faultPlan } from '../support/faulty.ts'
import {
  createHarness,
  type Harness,
  linesOf,
  type Manifest,
  type ManifestItem,
  nameOf,
  pathOf,
  startOfTime,
  statusPathOf,
} from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

const open: Harness[] = []
const create = async (limits: Partial<Limits> = {}, storage?: Storage): Promise<Harness> => {
  const h = await createHarness({ ...small, ...limits }, storage)
  open.push(h)
  return h
}
afterEach(() => {
  for (const h of open.splice(0)) h.close()
})

/** Every tick finishes a file or two. */
const small: Partial<Limits> = { fileBytes: 300, partBytes: 200, pageRows: 3, tickRows: 6 }
const many = (resourceType: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ resourceType, id: `${resourceType}-${i}` }))

const pagePath = (status: string, page: number) => `${status}?page=${page}`
const ask = async (h: Harness, url: string) => {
  const { pathname, search } = new URL(url, 'http://127.0.0.1:8080')
  return h.request(pathname + search)
}
const manifestAt = async (h: Harness, url: string): Promise<Manifest> => {
  const response = await ask(h, url)
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  const manifest = await response.json()
  schemas.Manifest.strict().parse(manifest)
  return manifest
}
const nextOf = ({ link }: Manifest): string | undefined => {
  if (link === undefined) return undefined
  expect(link).toEqual([{ relation: 'next', url: expect.stringMatching(/^http:.*\?page=\d+$/) }])
  return link[0]?.url
}
/** All pages of a job that has completed, as a client finds them. */
const pagesFrom = async (h: Harness, url: string): Promise<readonly Manifest[]> => {
  const manifest = await manifestAt(h, url)
  const next = nextOf(manifest)
  return next === undefined ? [manifest] : [manifest, ...(await pagesFrom(h, next))]
}
const itemsOf = ({ output, deleted = [], error }: Manifest) => [...output, ...deleted, ...error]
const tickUntil = async (h: Harness, isThere: () => Promise<boolean>): Promise<void> => {
  for (let ticks = 0; ticks < 200; ticks++) {
    if (await isThere()) return
    await h.tick()
  }
  throw new Error('it does not come to that')
}
const firstPage = async (h: Harness, status: string): Promise<Manifest> => {
  await tickUntil(h, async () => (await h.request(status)).headers.has('content-type'))
  return manifestAt(h, status)
}
const tickToEnd = async (h: Harness) => {
  while (await h.tick()) h.clock.advance(1)
}

describe('A job that allows partial manifests', () => {
  test('answers 202 without a body until a file is finished, and then with the first page', async () => {
    const h = await create()
    await h.load(many('Patient', 30))
    const status = await h.kickOff('?allowPartialManifests=true')
    const before = await h.request(status)
    expect(before.status).toBe(202)
    expect(before.headers.get('content-type')).toBeNull()
    expect(await before.text()).toBe('')

    const page = await firstPage(h, status)
    const running = await h.request(status)
    expect(running.status).toBe(202)
    expect(running.headers.get('x-progress')).toMatch(/^\d+% in-progress Patient \d+\/30$/)
    expect(running.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(running.headers.get('expires')).toBeNull()
    expect(page.output.length).toBeGreaterThan(0)
    expect(page.error).toEqual([])
    expect(nextOf(page)).toBe(`http://127.0.0.1:8080/fhir/$export-status/${status.split('/').at(-1)}?page=2`)
    expect((await h.request(status, { method: 'HEAD' })).headers.get('content-type')).toMatch(/json/)
  })

  test('lists only what can be fetched at that moment', async () => {
    const h = await create()
    await h.load([...many('Patient', 30), ...many('Group', 10)])
    const status = await h.kickOff('?allowPartialManifests=true')
    let url = status
    let listed = 0
    for (let ticks = 0; ticks < 200; ticks++) {
      const response = await ask(h, url)
      if (response.headers.has('content-type')) {
        const page: Manifest = await response.json()
        for (const item of itemsOf(page)) {
          const file = await ask(h, item.url)
          expect(file.status).toBe(200)
          expect(linesOf(await file.text())).toHaveLength(item.count)
          listed++
        }
        const next = nextOf(page)
        if (next === undefined) break
        url = next
      } else await h.tick()
    }
    expect(listed).toBeGreaterThan(5)
    expect(url).not.toBe(status)
  })

  test('has the next page when there is something for it, and no page behind that', async () => {
    const h = await create()
    await h.load(many('Patient', 30))
    const status = await h.kickOff('?allowPartialManifests=true')
    await expectOutcome(await h.request(pagePath(status, 2)), 404, 'not-found')
    expect((await h.request(pagePath(status, 1))).status).toBe(202)
    const first = await firstPage(h, status)
    const waiting = await h.request(pagePath(status, 2))
    expect(waiting.status).toBe(202)
    expect(waiting.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(waiting.headers.get('content-type')).toBeNull()
    expect(await waiting.text()).toBe('')
    await expectOutcome(await h.request(pagePath(status, 3)), 404, 'not-found')
    await tickUntil(h, async () => (await h.request(pagePath(status, 2))).status === 200)
    const second = await manifestAt(h, pagePath(status, 2))
    expect((await h.request(status)).status).toBe(202)
    expect(second.output.length).toBeGreaterThan(0)
    expect(itemsOf(first).filter(({ url }) => itemsOf(second).some((item) => item.url === url))).toEqual([])
  })

  test('ends with an empty page when the page before it promised one and nothing was left', async () => {
    const h = await create({ fileBytes: 0, tickRows: 4 })
    await h.load(many('Patient', 3))
    const status = await h.kickOff('?allowPartialManifests=true&_type=Patient')
    await tickUntil(h, async () => h.storage.objects.size > 0)
    // The job is shown while its plan, say, has not said yet that there is no more.
    await h.deps.db.query.updateTable('job').set({ state: 'in-progress', expires_at: null }).execute()
    const first = await manifestAt(h, status)
    expect(first.output).toHaveLength(1)
    expect((await h.request(pagePath(status, 2))).status).toBe(202)
    await h.deps.db.query.updateTable('job').set({ state: 'completed' }).execute()
    expect(nextOf(await manifestAt(h, status))).toBe(nextOf(first))
    const [, last, ...others] = await pagesFrom(h, status)
    expect(last).toEqual({ ...first, output: [], link: undefined })
    expect(others).toEqual([])
    expect(await manifestAt(h, pagePath(status, 2))).toEqual(last)
    await expectOutcome(await h.request(pagePath(status, 3)), 404, 'not-found')
  })

  test('has one page without a link when it is first asked for at the end', async () => {
    const h = await create()
    await h.load(many('Patient', 30))
    const status = await h.kickOff('?allowPartialManifests=true')
    await tickToEnd(h)
    const response = await h.request(status)
    expect(response.status).toBe(200)
    expect(response.headers.get('expires')).not.toBeNull()
    const [page, ...others] = await pagesFrom(h, status)
    expect(page?.output.length).toBeGreaterThan(3)
    expect(page).not.toHaveProperty('link')
    expect(others).toEqual([])
    expect(await manifestAt(h, pagePath(status, 1))).toEqual(page)
    await expectOutcome(await h.request(pagePath(status, 2)), 404, 'not-found')
  })

  test('has an empty page when there was nothing to export', async () => {
    const h = await create()
    const { manifest } = await h.export('?allowPartialManifests=true')
    expect(manifest).toMatchObject({ output: [], error: [] })
    expect(manifest).not.toHaveProperty('link')
  })

  test('puts at most MANIFEST_PAGE_FILES on a page, and what is about the whole export on the last', async () => {
    const h = await create({ manifestPageFiles: 3 })
    await h.load(many('Patient', 30))
    await h.remove('Patient/Patient-1')
    await h.remove('Patient/Patient-2')
    const prefer = 'handling=lenient'
    const query = '?allowPartialManifests=true&_since=2025-01-01&unknown=1'
    const accepted = await h.request(`/fhir/$export${query}`, { headers: { prefer } })
    const status = statusPathOf(accepted)
    await tickToEnd(h)
    const pages = await pagesFrom(h, status)
    const sizes = pages.map(({ output, deleted = [] }) => output.length + deleted.length)
    expect(pages.length).toBeGreaterThan(2)
    expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map(() => 3))
    expect(pages.map(({ error }) => error.length)).toEqual(
      pages.map((_, i) => (i === pages.length - 1 ? 1 : 0)),
    )
    for (const page of pages) expect(page).toHaveProperty('deleted')
    const sharedBy = pages.map(({ output: _, deleted: __, error: ___, link: ____, ...shared }) => shared)
    expect(new Set(sharedBy.map((shared) => JSON.stringify(shared))).size).toBe(1)
  })

  test('keeps what is about the whole export for the last page, though its file is finished earlier', async () => {
    const memory = memoryStorage({ clock: fakeClock(startOfTime) })
    let isBroken = true
    const put: Storage['put'] = async (key, ...call) => {
      if (isBroken && key.includes('_manifest')) throw new Error('broken')
      return memory.put(key, ...call)
    }
    const h = await create({ partBytes: 10_000 }, { ...memory, put })
    await h.load([...many('Patient', 1), ...many('Basic', 1)])
    const headers = { prefer: 'handling=lenient' }
    const accepted = await h.request('/fhir/$export?allowPartialManifests=true&x=1', { headers })
    const status = statusPathOf(accepted)
    await tickUntil(h, async () => [...memory.objects.keys()].some((key) => key.includes('error')))
    const first = await manifestAt(h, status)
    expect(first).toMatchObject({ output: [{ type: 'Basic' }, { type: 'Patient' }], error: [] })
    expect((await h.request(pagePath(status, 2))).status).toBe(202)
    isBroken = false
    h.clock.advance(600_000)
    await tickToEnd(h)
    expect(await pagesFrom(h, status)).toMatchObject([first, { output: [], error: [{ count: 1 }] }])
  })

  test.each(['0', '-1', '1.0', '01', 'x', '', '1e1', '99999999999999999999', '2%20'])(
    'has no page %j',
    async (page) => {
      const h = await create()
      const status = await h.kickOff('?allowPartialManifests=true')
      await expectOutcome(await h.request(`${status}?page=${page}`), 404, 'not-found')
      await tickToEnd(h)
      await expectOutcome(await h.request(`${status}?page=${page}`), 404, 'not-found')
    },
  )

  test('has new URLs on the same page when they are signed for a while', async () => {
    const clock = fakeClock(startOfTime)
    const memory = memoryStorage({ clock })
    const sign: Storage['sign'] = async (key, { now }) => `https://bucket.example.org/${key}?at=${now}`
    const h = await create({}, { ...memory, sign })
    await h.load(many('Patient', 30))
    const status = await h.kickOff('?allowPartialManifests=true')
    const app = createApp({ ...h.deps, config: { ...h.deps.config, fileAccess: 'signed' } }, () => {})
    const read = async () => {
      const response = await app.request(status, { headers: { host: 'localhost' } })
      return { expires: response.headers.get('expires'), text: await response.text() }
    }
    await firstPage(h, status)
    const first = await read()
    expect(Date.parse(first.expires ?? '')).toBe(h.clock.now() + 3_600_000)
    h.clock.advance(5000)
    const again = await read()
    expect(again.text).not.toBe(first.text)
    expect(again.text.replaceAll(/at=\d+/g, '')).toBe(first.text.replaceAll(/at=\d+/g, ''))
  })
})

describe('A page that a client has been shown', () => {
  test('is one, however many ask for it at once', async () => {
    const h = await create()
    await h.load(many('Patient', 40))
    const status = await h.kickOff('?allowPartialManifests=true')
    await tickUntil(h, async () => h.storage.objects.size >= 2)
    const texts = await Promise.all(Array.from({ length: 8 }, async () => (await h.request(status)).text()))
    expect(new Set(texts).size).toBe(1)
    await tickUntil(h, async () => h.storage.objects.size >= 4)
    const path = pagePath(status, 2)
    const seconds = await Promise.all(Array.from({ length: 8 }, async () => (await h.request(path)).text()))
    expect(new Set(seconds).size).toBe(1)
    expect(seconds[0]).toContain('page=3')
  })

  test('keeps its link although somebody who asked before it, and was slow, comes when the job is completed', async () => {
    const h = await create({ fileBytes: 0, tickRows: 4 })
    await h.load(many('Patient', 3))
    const status = await h.kickOff('?allowPartialManifests=true&_type=Patient')
    await tickUntil(h, async () => h.storage.objects.size > 0)
    await h.deps.db.query.updateTable('job').set({ state: 'in-progress' }).execute()
    const plan = faultPlan()
    const gate = plan.hold(2, 'before') // reads, and then writes
    const slow = publishPage(h.process(plan), status.split('/').at(-1) ?? '', 1)
    await gate.reached
    const first = await manifestAt(h, status)
    await h.deps.db.query.updateTable('job').set({ state: 'completed' }).execute()
    gate.release()
    expect(await slow).toMatchObject({ isLast: false })
    expect(await manifestAt(h, status)).toEqual(first)
    expect(nextOf(first)).toBeDefined()
    expect(await pagesFrom(h, status)).toHaveLength(2)
  })

  test('gets nothing more from somebody who asked before it, and was slow, though there is more by then', async () => {
    const h = await create()
    await h.load(many('Patient', 30))
    const status = await h.kickOff('?allowPartialManifests=true')
    await tickUntil(h, async () => h.storage.objects.size > 0)
    const plan = faultPlan()
    const gate = plan.hold(2, 'before')
    const slow = publishPage(h.process(plan), status.split('/').at(-1) ?? '', 1)
    await gate.reached
    const first = await manifestAt(h, status)
    await tickUntil(h, async () => h.storage.objects.size > itemsOf(first).length)
    gate.release()
    expect(await slow).toMatchObject({
      isLast: false,
      files: first.output.map(({ url }) => ({ name: nameOf(url) })),
    })
    expect(await manifestAt(h, status)).toEqual(first)
    await tickToEnd(h)
    expect(await manifestAt(h, status)).toEqual(first)
  })

  test('stays when the job fails, and the page that follows says so', async () => {
    const memory = memoryStorage({ clock: fakeClock(startOfTime) })
    let isBroken = false
    const put: Storage['put'] = async (...call) => {
      if (isBroken) throw new Error('broken')
      return memory.put(...call)
    }
    const h = await create({ retryLimit: 1, partBytes: 10_000 }, { ...memory, put })
    await h.load(many('Patient', 30))
    const status = await h.kickOff('?allowPartialManifests=true')
    const first = await firstPage(h, status)
    await tickUntil(h, async () => memory.objects.size > itemsOf(first).length) // one more, on no page yet
    isBroken = true
    await tickToEnd(h)
    await expectOutcome(await h.request(status), 500, 'processing')
    await expectOutcome(await h.request(pagePath(status, 2)), 500, 'processing')
    await expectOutcome(await h.request(pagePath(status, 3)), 404, 'not-found')
    expect(await manifestAt(h, pagePath(status, 1))).toEqual(first)
    for (const { url } of first.output) expect((await ask(h, url)).status).toBe(200)
  })

  test('goes with its job, and so does every other page', async () => {
    const h = await create()
    await h.load(many('Patient', 30))
    const status = await h.kickOff('?allowPartialManifests=true')
    const first = await firstPage(h, status)
    expect((await h.request(status, { method: 'DELETE' })).status).toBe(202)
    const urls = [status, pagePath(status, 1), pagePath(status, 2), ...first.output.map(({ url }) => url)]
    for (const url of urls) await expectOutcome(await ask(h, url), 404, 'not-found')
    await tickToEnd(h)
    for (const url of urls) await expectOutcome(await ask(h, url), 404, 'not-found')
  })

  test('goes when the job expires', async () => {
    const h = await create({ retentionMs: 60_000 })
    await h.load(many('Patient', 3))
    const status = await h.kickOff('?allowPartialManifests=true')
    await tickToEnd(h)
    expect((await h.request(pagePath(status, 1))).status).toBe(200)
    h.clock.advance(60_000)
    await expectOutcome(await h.request(pagePath(status, 1)), 404, 'not-found')
    await expectOutcome(await h.request(pagePath(status, 2)), 404, 'not-found')
  })
})

describe('A job that does not allow partial manifests', () => {
  test.each(['', '?allowPartialManifests=false'])(
    'kicked off with %j has one manifest, at its end',
    async (query) => {
      const h = await create({ manifestPageFiles: 1 })
      await h.load(many('Patient', 30))
      const status = await h.kickOff(query)
      const response = await h.finish(status)
      const manifest = await response.json()
      expect(manifest.output.length).toBeGreaterThan(3)
      expect(manifest).not.toHaveProperty('link')
      expect(await (await h.request(pagePath(status, 7))).json()).toEqual(manifest)
    },
  )
})

/** What a client does between two ticks: nothing, or asks for the status, or for the page it waits for. */
const deedArbitrary = fc.constantFrom('nothing', 'status', 'next', 'next')

test('Pages together are the manifest, whenever they are asked for, and none of them ever changes', async () => {
  const limits = fc.record({
    fileBytes: fc.integer({ min: 100, max: 600 }),
    rangeBytes: fc.integer({ min: 200, max: 2000 }),
    tickRows: fc.integer({ min: 2, max: 12 }),
    manifestPageFiles: fc.integer({ min: 1, max: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(
      limits,
      fc.array(deedArbitrary, { minLength: 1, maxLength: 12 }),
      async (given, deeds) => {
        const h = await createHarness({ ...small, ...given })
        try {
          await h.load([...many('Patient', 12), ...many('Basic', 9)])
          await h.remove('Patient/Patient-3')
          const headers = { prefer: 'handling=lenient' }
          const kickOff = async (query: string) =>
            pathOf(
              (await h.request(`/fhir/$export?_since=2025-01-01&x=1${query}`, { headers })).headers.get(
                'content-location',
              ) ?? '',
            )
          const [whole, paged] = [await kickOff(''), await kickOff('&allowPartialManifests=true')]

          const seen = new Map<string, string>()
          const look = async (url: string): Promise<Manifest | undefined> => {
            const response = await ask(h, url)
            const text = await response.text()
            if (text === '') return undefined
            const page = url === paged ? pagePath(paged, 1) : url.slice(url.indexOf('/fhir'))
            expect(text).toBe(seen.get(page) ?? text)
            seen.set(page, text)
            const manifest: Manifest = JSON.parse(text)
            for (const { url: file } of itemsOf(manifest)) expect((await ask(h, file)).status).toBe(200)
            return manifest
          }
          let next: string | undefined = paged
          for (let turn = 0; (await h.tick()) || (await h.request(whole)).status === 202; turn++) {
            h.clock.advance(100)
            const deed = deeds[turn % deeds.length]
            if (deed === 'status') await look(paged)
            if (deed !== 'next' || next === undefined) continue
            const page: Manifest | undefined = await look(next)
            if (page !== undefined) next = nextOf(page)
          }
          const manifest: Manifest = await (await h.request(whole)).json()
          const pages: Manifest[] = []
          for (let url: string | undefined = paged; url !== undefined; ) {
            const page: Manifest | undefined = await look(url)
            if (page === undefined) throw new Error('a page is missing')
            pages.push(page)
            url = nextOf(page)
          }
          for (const [page, text] of seen) expect(await (await h.request(page)).text()).toBe(text)
          expect(pages.slice(0, -1).flatMap(({ error }) => error)).toEqual([])
          const shown = (items: readonly ManifestItem[]) =>
            items.map(({ type, url, count }) => `${nameOf(url)} ${type} ${count}`).sort()
          expect(shown(pages.flatMap(({ output }) => output))).toEqual(shown(manifest.output))
          expect(shown(pages.flatMap(({ deleted = [] }) => deleted))).toEqual(shown(manifest.deleted ?? []))
          expect(shown(pages.flatMap(({ error }) => error))).toEqual(shown(manifest.error))
          const { text: texts } = await h.files(manifest)
          for (const { url } of pages.flatMap(itemsOf))
            expect(await (await ask(h, url)).text()).toBe(texts.get(nameOf(url)))
        } finally {
          h.close()
        }
      },
    ),
    { numRuns: 15 },
  )
}, 60_000)
