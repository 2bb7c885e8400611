import { afterEach, describe, expect, test } from 'vitest'
import type { Config } from '../../worker/config.ts'
import { createApp } from '../../worker/http/app.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

const open: Harness[] = []
/** A service with these switches of COMPAT, and how to ask it by whole URLs. */
const create = async (...compat: Config['compat']) => {
  const h = await createHarness({ fileBytes: 300, pageRows: 3, tickRows: 6 })
  open.push(h)
  await h.load(Array.from({ length: 20 }, (_, i) => ({ resourceType: 'Patient', id: `p${i}` })))
  const app = createApp({ ...h.deps, config: { ...h.deps.config, compat } }, () => {})
  const ask = async (url: string, init: RequestInit = {}) =>
    app.request(url, { ...init, headers: { host: 'localhost', ...init.headers } })
  const kickOff = async (query = '') =>
    (await ask(`${base}/$export${query}`)).headers.get('content-location') ?? ''
  const finish = async () => {
    while (await h.tick()) h.clock.advance(1)
  }
  return { h, ask, kickOff, finish }
}
afterEach(() => {
  for (const h of open.splice(0)) h.close()
})

const base = 'http://127.0.0.1:8080/fhir'
const idOf = (location: string) => location.slice(-36)

describe('The URLs that clients of Firely Server know', () => {
  test('answer a status request as our own do, and a wish to delete', async () => {
    const { ask, kickOff, finish } = await create()
    const location = await kickOff()
    const places = [`${base}/$exportstatus/${idOf(location)}`, `${base}/$exportstatus?_id=${idOf(location)}`]
    for (const url of places) expect((await ask(url)).status).toBe(202)
    await finish()
    const manifest = await (await ask(location)).json()
    for (const url of places) {
      const response = await ask(url)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual(manifest)
      expect((await ask(url, { method: 'HEAD' })).status).toBe(200)
      const other = await ask(url, { method: 'POST' })
      expect(other.headers.get('allow')).toBe('GET, HEAD, DELETE')
      await expectOutcome(other, 405, 'not-supported')
    }
    expect((await ask(places[1] ?? '', { method: 'DELETE' })).status).toBe(202)
    for (const url of [location, ...places]) await expectOutcome(await ask(url), 404, 'not-found')
    const another = `${base}/$exportstatus/${idOf(await kickOff())}`
    expect((await ask(another, { method: 'DELETE' })).status).toBe(202)
    await expectOutcome(await ask(another, { method: 'DELETE' }), 404, 'not-found')
  })

  test.each(['', '?', '?_id=', '?_id=unknown', '?id=x', '/unknown'])('are 404 with %j', async (rest) => {
    const { ask } = await create()
    for (const method of ['GET', 'DELETE'])
      await expectOutcome(await ask(`${base}/$exportstatus${rest}`, { method }), 404, 'not-found')
  })

  test('serve files as our own do: whole, by range, and their headers', async () => {
    const { ask, kickOff, finish } = await create()
    const location = await kickOff()
    await finish()
    const { output } = await (await ask(location)).json()
    const url: string = output[0].url
    const alias = url.replace('$export-file', '$exportfilerequest')
    expect(alias).not.toBe(url)
    const accept = { accept: 'application/fhir+ndjson' }
    const [own, same] = [await ask(url, { headers: accept }), await ask(alias, { headers: accept })]
    expect(same.status).toBe(200)
    expect(Object.fromEntries(same.headers)).toEqual(Object.fromEntries(own.headers))
    const text = await own.text()
    expect(await same.text()).toBe(text)
    const part = await ask(alias, { headers: { range: 'bytes=5-9' } })
    expect([part.status, await part.text()]).toEqual([206, text.slice(5, 10)])
    const head = await ask(alias, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(text.length)])
    await expectOutcome(await ask(`${alias}x`), 404, 'not-found')
    await expectOutcome(await ask(alias, { method: 'DELETE' }), 405, 'not-supported')
  })
})

describe('COMPAT=firely-urls', () => {
  test('writes every URL as Firely Server does, and takes our own as before', async () => {
    const { h, ask, finish } = await create('firely-urls')
    const accepted = await ask(`${base}/$export?allowPartialManifests=true`)
    const location = accepted.headers.get('content-location') ?? ''
    expect(location).toMatch(/^http:\/\/127\.0\.0\.1:8080\/fhir\/\$exportstatus\?_id=[0-9a-f-]{36}$/)
    expect((await accepted.json()).issue[0].diagnostics).toContain(location)
    while (h.storage.objects.size === 0) await h.tick()
    const first = await (await ask(location)).json()
    expect(first.link).toEqual([{ relation: 'next', url: `${location}&page=2` }])
    expect(first.output[0].url).toMatch(
      /^http:\/\/127\.0\.0\.1:8080\/fhir\/\$exportfilerequest\/[^/?]+\/Patient-1\.ndjson$/,
    )
    expect((await ask(first.output[0].url)).status).toBe(200)
    expect((await ask(first.link[0].url)).status).toBe(202)
    await finish()
    const second = await (await ask(first.link[0].url)).json()
    expect(second.output.length).toBeGreaterThan(0)
    const own = await ask(`${base}/$export-status/${idOf(location)}?page=2`)
    expect(await own.json()).toEqual(second)
    expect((await ask(first.output[0].url.replace('$exportfilerequest', '$export-file'))).status).toBe(200)
  })

  test('goes for jobs from before it was set as well, for links are made when they are asked for', async () => {
    const { h, ask, finish } = await create('firely-urls')
    const status = await h.kickOff()
    await finish()
    const { output } = await (await ask(status)).json()
    expect(output[0].url).toContain('/$exportfilerequest/')
    expect((await (await h.request(status)).json()).output[0].url).toContain('/$export-file/')
  })
})

describe('COMPAT=cancelled-410', () => {
  test('says 410 of an export that was cancelled, until it is cleared away', async () => {
    const { h, ask, kickOff, finish } = await create('cancelled-410')
    const location = await kickOff()
    await h.tick()
    expect((await ask(location, { method: 'DELETE' })).status).toBe(202)
    expect(await expectOutcome(await ask(location), 410, 'deleted')).toContain('cancelled')
    await expectOutcome(await ask(location, { method: 'DELETE' }), 410, 'deleted')
    await expectOutcome(await h.request(new URL(location).pathname), 404, 'not-found')
    for (let sweeps = 0; sweeps < 3; sweeps++) {
      h.clock.advance(2 * h.deps.config.limits.leaseMs)
      await h.sweep()
    }
    await expectOutcome(await ask(location), 404, 'not-found')

    const completed = await kickOff()
    await finish()
    expect((await ask(completed, { method: 'DELETE' })).status).toBe(202)
    await expectOutcome(await ask(completed), 404, 'not-found')
    await expectOutcome(await ask(`${base}/$export-status/unknown`), 404, 'not-found')
  })
})

describe('X-Progress', () => {
  test.each([
    ['firely-progress', 'Queued', 'Active'],
    ['helix-progress', 'accepted', 'in-progress'],
  ] as const)('with COMPAT=%s is %s, and then %s', async (compat, queued, active) => {
    const { h, ask, kickOff, finish } = await create(compat)
    const location = await kickOff()
    const progress = async () => (await ask(location)).headers.get('x-progress')
    expect(await progress()).toBe(queued)
    await h.tick()
    expect(await progress()).toBe(active)
    await finish()
    expect(await progress()).toBeNull()
  })
})

describe('COMPAT=manifest-status', () => {
  test('begins the manifest with its status', async () => {
    const { ask, kickOff, finish } = await create('manifest-status')
    const [whole, paged] = [await kickOff(), await kickOff('?allowPartialManifests=true')]
    await finish()
    const manifest = await (await ask(whole)).json()
    expect(Object.entries(manifest)[0]).toEqual(['status', 'completed'])
    expect(await (await ask(paged)).json()).not.toHaveProperty('status')
  })
})
