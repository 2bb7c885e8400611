import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { memoryStorage } from '../../worker/storage/memory.ts'
import { problemsOf } from '../sample/structure-check.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createHarness, type Harness, pathOf, startOfTime } from '../support/harness.ts'
import {
  kickOff,
  lenient,
  levels,
  parseObject,
  resourcesIn,
  runExport,
  withParameters,
} from './run-export.ts'

/** Status codes, headers and bodies of every kind of answer (Bulk Data IG, "Request Flow"; RFC 9110). */

let h: Harness
beforeEach(async () => {
  h = await createHarness()
  await h.load([
    { resourceType: 'Patient', id: 'p' },
    { resourceType: 'Group', id: 'g', member: [{ entity: { reference: 'Patient/p' } }] },
  ])
})
afterEach(() => h.close())

/** A service whose exports fail. */
const createBroken = async (): Promise<Harness> => {
  const storage = {
    ...memoryStorage({ clock: fakeClock(startOfTime) }),
    put: () => Promise.reject(new Error()),
  }
  const broken = await createHarness({ retryLimit: 1 }, storage)
  await broken.load([{ resourceType: 'Patient', id: 'p' }])
  return broken
}

/** `status content-type`, and the body, of one answer of each kind. */
const answersOfAllKinds = async () => {
  const answers: { readonly kind: string; readonly head: string; readonly body: string }[] = []
  const keep = async (kind: string, response: Response) => {
    const head = `${response.status} ${response.headers.get('content-type') ?? 'none'}`
    answers.push({ kind, head, body: await response.text() })
  }
  const accepted = await h.request('/fhir/$export?unknown-name=1', { headers: lenient })
  const path = pathOf(accepted.headers.get('content-location') ?? '')
  await keep('kick-off', accepted)
  await keep('in progress', await h.request(path))
  const { output, error } = await (await h.finish(path)).json()
  await keep('manifest', await h.request(path))
  await keep('file', await h.request(pathOf(output[0].url)))
  await keep('error file', await h.request(pathOf(error[0].url)))
  await keep('malformed', await h.request('/fhir/$export?_since=yesterday'))
  await keep('not supported', await h.request('/fhir/$export?unknown-name=1'))
  await keep('wrong method', await h.request(path, { method: 'PUT' }))
  await keep('no JSON', await h.request('/fhir/$export', { ...withParameters([]), body: '{' }))
  await keep(
    'media type',
    await h.request('/fhir/$export', withParameters([], { 'content-type': 'text/plain' })),
  )
  await keep('no Group', await h.request('/fhir/Group/nobody/$export'))
  await keep('no operation', await h.request('/fhir/Observation/$export'))
  await keep('no file', await h.request('/fhir/$export-file/x/Patient-1.ndjson'))
  await keep('removed', await h.request(path, { method: 'DELETE' }))
  await keep('gone', await h.request(path))
  await keep('removed twice', await h.request(path, { method: 'DELETE' }))
  const broken = await createBroken()
  await keep('failed', await broken.finish(await broken.kickOff()))
  broken.close()
  return answers
}

const json = 'application/fhir+json; charset=utf-8'
const ndjson = 'application/fhir+ndjson'

describe('Every kind of answer', () => {
  test('has its status and its content type', async () => {
    const heads = (await answersOfAllKinds()).map(({ kind, head }) => [kind, head])
    expect(Object.fromEntries(heads)).toEqual({
      'kick-off': `202 ${json}`,
      'in progress': '202 none',
      manifest: '200 application/json; charset=utf-8',
      file: `200 ${ndjson}`,
      'error file': `200 ${ndjson}`,
      malformed: `400 ${json}`,
      'not supported': `400 ${json}`,
      'wrong method': `405 ${json}`,
      'no JSON': `400 ${json}`,
      'media type': `415 ${json}`,
      'no Group': `404 ${json}`,
      'no operation': `404 ${json}`,
      'no file': `404 ${json}`,
      removed: `202 ${json}`,
      gone: `404 ${json}`,
      'removed twice': `404 ${json}`,
      failed: `500 ${json}`,
    })
  })

  test('that is an OperationOutcome is a valid one, by the definitions of R4', async () => {
    const answers = await answersOfAllKinds()
    const outcomes = answers.flatMap(({ kind, head, body }) => {
      if (kind === 'error file') return resourcesIn(body)
      return head.endsWith(json) ? [parseObject(body)] : []
    })
    expect(outcomes).toHaveLength(14)
    for (const outcome of outcomes) expect(outcome.resourceType).toBe('OperationOutcome')
    expect(outcomes.flatMap(problemsOf)).toEqual([])
  })
})

describe('A status request', () => {
  test.each([
    undefined,
    'application/json',
    '*/*',
    'application/fhir+json',
    'text/html',
    'application/fhir+ndjson',
  ])('is answered whatever it accepts: %s', async (accept) => {
    const headers = accept === undefined ? {} : { accept }
    const path = await h.kickOff()
    expect((await h.request(path, { headers })).status).toBe(202)
    await h.finish(path)
    const done = await h.request(path, { headers })
    expect(done.status).toBe(200)
    expect(done.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect((await h.request(`${path}x`, { headers })).status).toBe(404)
  })

  test('of an export that is done says when its files go away, and then they do', async () => {
    const response = await h.finish(await h.kickOff())
    const expires = response.headers.get('expires') ?? ''
    expect(new Date(expires).toUTCString()).toBe(expires)
    const { output } = await response.json()
    const file = pathOf(output[0].url)
    h.clock.advance(Date.parse(expires) - h.clock.now() - 1)
    expect((await h.request(file)).status).toBe(200)
    h.clock.advance(1000)
    expect((await h.request(file)).status).toBe(404)
  })

  test('lists no file that cannot be fetched, and lists the same ever after', async () => {
    const path = await h.kickOff()
    const first = await (await h.finish(path)).json()
    const texts = (await h.files(first)).text
    expect(texts.size).toBe(2)
    await h.load([{ resourceType: 'Patient', id: 'p', active: true }])
    for (let rounds = 0; rounds < 3; rounds++) {
      h.clock.advance(600_000)
      await h.tick()
      await h.sweep()
      expect(await (await h.request(path)).json()).toEqual(first)
      expect((await h.files(first)).text).toEqual(texts)
    }
  })
})

describe('Behind a proxy', () => {
  test.each(levels)(
    'every URL of %s begins with BASE_URL, and not with what the proxy asks for',
    async (level) => {
      const config = { ...h.deps.config, baseUrl: 'https://fhir.example.org/apis' }
      const app = createApp({ ...h.deps, config }, () => {})
      const ask = (path: string) => app.request(path, { headers: { host: 'localhost:3000' } })
      const ours = (path: string) => `https://fhir.example.org/apis${path}`
      const accepted = await ask(`/fhir/${level}?_type=Patient`)
      const location = accepted.headers.get('content-location') ?? ''
      expect(location).toMatch(ours('/fhir/$export-status/'))
      while (await h.tick());
      const manifest = await (await ask(location.slice(ours('').length))).json()
      expect(manifest.request).toBe(ours(`/fhir/${level}?_type=Patient`))
      const [{ url }] = manifest.output
      expect(url).toMatch(ours('/fhir/$export-file/'))
      expect((await ask(url.slice(ours('').length))).status).toBe(200)
    },
  )
})

describe('A kick-off with an empty Authorization header', () => {
  test.each(['Bearer ', 'Bearer', ''])(
    'is one without credentials, as are its polls and downloads: %j',
    async (authorization) => {
      const headers = { authorization }
      const path = await kickOff(h, '$export', { headers })
      expect((await h.request(path, { headers })).status).toBe(202)
      const { output } = await (await h.finish(path)).json()
      expect((await h.request(pathOf(output[0].url), { headers })).status).toBe(200)
    },
  )
})

test('An export of nothing has an empty output, and no file of no lines', async () => {
  const { manifest } = await runExport(h, '$export?_type=Observation,Patient')
  expect(manifest.output.map(({ type }) => type)).toEqual(['Patient'])
  expect((await runExport(h, '$export?_type=Observation')).manifest.output).toEqual([])
})
