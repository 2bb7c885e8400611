import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bundleText } from '../support/bundles.ts'
import { createHarness, type Harness, type Manifest, statusPathOf } from '../support/harness.ts'
import { clientWith } from '../support/principals.ts'

/** SPEC A-03 to A-05: who may read what has an attachment may open it, and no other Binary. */

let h: Harness
beforeEach(async () => {
  h = await createHarness()
  await h.load(['one', 'two', 'three', 'four'].map((id) => binary(id)))
})
afterEach(() => h.close())

const base = 'http://127.0.0.1:8080/fhir'
const binary = (id: string, text = id) => ({
  resourceType: 'Binary',
  id,
  contentType: 'text/plain',
  data: btoa(`canary of ${text}`),
})
const document = (id: string, url: string, more: object = {}) => ({
  resourceType: 'DocumentReference',
  id,
  status: 'current',
  content: [{ attachment: { contentType: 'text/plain', url } }],
  ...more,
})
const labelled = (code: string) => ({ meta: { security: [{ system: 'http://labels.example', code }] } })
const open = (scopes: string, path: string, headers: Record<string, string> = {}) =>
  h.as(clientWith(scopes))(`/fhir/${path}`, { headers })
const statusOf = async (scopes: string, path: string) => (await open(scopes, path)).status
const documents = 'system/DocumentReference.rs'

describe('An attachment', () => {
  test('is opened by the right to read what it is attached to, and no other Binary is', async () => {
    await h.load([document('d', 'Binary/one'), document('e', `${base}/Binary/two`)])
    for (const scopes of [documents, 'system/DocumentReference.r', 'system/*.r', 'system/*.read'])
      expect(await statusOf(scopes, 'Binary/one')).toBe(200)
    const response = await open(documents, 'Binary/one')
    expect(await response.text()).toBe('canary of one')
    expect(response.headers.get('content-type')).toBe('text/plain')
    expect(await statusOf(documents, 'Binary/two')).toBe(200)
    expect(await statusOf(documents, 'Binary/three')).toBe(403)
    expect(await statusOf(documents, 'Binary/never')).toBe(403)
    for (const scopes of ['system/Patient.rs', 'system/DocumentReference.s', 'system/DocumentReference.cuds'])
      expect(await statusOf(scopes, 'Binary/one')).toBe(403)
  })

  test('is opened wherever in a resource it stands', async () => {
    const extension = [{ url: 'http://x.example', valueAttachment: { url: 'Binary/three' } }]
    await h.load([
      { resourceType: 'Patient', id: 'p', photo: [{ url: 'Binary/one' }] },
      { resourceType: 'Observation', id: 'o', extension, contained: [document('c', 'Binary/two')] },
      {
        resourceType: 'Bundle',
        id: 'b',
        type: 'collection',
        entry: [{ resource: document('d', 'Binary/four') }],
      },
    ])
    expect(await statusOf('system/Patient.r', 'Binary/one')).toBe(200)
    expect(await statusOf('system/Observation.r', 'Binary/two')).toBe(200)
    expect(await statusOf('system/Observation.r', 'Binary/three')).toBe(200)
    expect(await statusOf('system/Bundle.r', 'Binary/four')).toBe(403)
  })

  test('is not opened by a reference, nor by what only looks like an attachment', async () => {
    await h.load([
      { resourceType: 'Observation', id: 'o', focus: [{ reference: 'Binary/one' }], url: 'Binary/one' },
      {
        resourceType: 'Observation',
        id: 'p',
        attachment: { reference: 'Binary/one' },
        note: [{ url: 'Binary/one' }],
      },
      document('d', 'http://elsewhere.example/fhir/Binary/one'),
      document('e', '/fhir/Binary/one'),
      document('f', 'Binary/on%65'),
    ])
    expect(await statusOf('system/Observation.r', 'Binary/one')).toBe(403)
    expect(await statusOf(documents, 'Binary/one')).toBe(403)
  })

  test('of one version opens that, and without a version the current one', async () => {
    await h.put(binary('one', 'second'))
    await h.load([document('d', 'Binary/one/_history/1'), document('e', 'Binary/two')])
    expect(await (await open(documents, 'Binary/one/_history/1')).text()).toBe('canary of one')
    expect(await statusOf(documents, 'Binary/one/_history/2')).toBe(403)
    expect(await statusOf(documents, 'Binary/one')).toBe(403)
    expect(await statusOf(documents, 'Binary/two')).toBe(200)
    expect(await statusOf(documents, 'Binary/two/_history/1')).toBe(403)
    expect(await statusOf(documents, 'Binary/two/_history')).toBe(403)
    expect(await statusOf(documents, 'Binary')).toBe(403)
  })

  test('is opened within the constraint and the labels of what it is attached to', async () => {
    await h.load([
      document('d', 'Binary/one', { ...labelled('research'), status: 'current' }),
      document('e', 'Binary/two', { ...labelled('sealed'), status: 'superseded' }),
    ])
    const scopes = 'system/DocumentReference.rs?status=current'
    expect(await statusOf(scopes, 'Binary/one')).toBe(200)
    expect(await statusOf(scopes, 'Binary/two')).toBe(403)
    const client = clientWith('system/*.rs')
    const labels = [{ token: 'http://labels.example|research', rights: ['r', 's'] as const }]
    const ask = h.as({ ...client, grants: { ...client.grants, labels } })
    expect((await ask('/fhir/Binary/one')).status).toBe(200)
    expect((await ask('/fhir/Binary/two')).status).toBe(404)
    expect(await (await ask('/fhir/Binary/two')).text()).not.toContain('canary')
  })

  test('is closed again when what it is attached to changes or goes', async () => {
    await h.load([document('d', 'Binary/one'), document('e', 'Binary/two')])
    await h.load([document('d', 'Binary/three')])
    await h.remove('DocumentReference/e')
    expect(await statusOf(documents, 'Binary/one')).toBe(403)
    expect(await statusOf(documents, 'Binary/two')).toBe(403)
    expect(await statusOf(documents, 'Binary/three')).toBe(200)
    expect(await statusOf(documents, 'Binary/three')).toBe(200)
    await h.remove('Binary/three')
    expect(await statusOf(documents, 'Binary/three')).toBe(410)
  })

  test('is found among many that are out of reach', async () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      document(`d${i}`, 'Binary/one', { status: 'superseded' }),
    )
    await h.load([...many, document('last', 'Binary/one')])
    expect(await statusOf('system/DocumentReference.r?status=current', 'Binary/one')).toBe(200)
  })

  test('is opened by HEAD, by a conditional read and in a Bundle as well', async () => {
    await h.load([document('d', 'Binary/one')])
    const ask = h.as(clientWith(documents))
    expect((await ask('/fhir/Binary/one', { method: 'HEAD' })).status).toBe(200)
    expect((await open(documents, 'Binary/one', { 'if-none-match': 'W/"1"' })).status).toBe(304)
    expect((await open(documents, 'Binary/two', { 'if-none-match': 'W/"1"' })).status).toBe(403)
    for (const type of ['batch', 'transaction'])
      for (const [id, status] of [
        ['one', 200],
        ['two', 403],
      ] as const) {
        const response = await ask('/fhir', {
          method: 'POST',
          headers: { 'content-type': 'application/fhir+json' },
          body: bundleText(type, [{ request: { method: 'GET', url: `Binary/${id}` } }]),
        })
        const text = await response.text()
        expect(text.includes(btoa(`canary of ${id}`))).toBe(status === 200)
        expect(type === 'batch' ? JSON.parse(text).entry[0].response.status : `${response.status}`).toContain(
          String(status),
        )
      }
  })

  test('is no matter of securityContext, which is not interpreted', async () => {
    await h.load([
      { ...binary('one'), securityContext: { reference: 'Patient/p' } },
      { resourceType: 'Patient', id: 'p' },
    ])
    expect(await statusOf('system/Patient.rs', 'Binary/one')).toBe(403)
    expect(await statusOf('system/Binary.r', 'Binary/one')).toBe(200)
  })
})

describe('To attach a Binary', () => {
  const all = 'system/DocumentReference.cruds'
  const send = (scopes: string, method: string, path: string, body: object | string) =>
    h.as(clientWith(scopes))(`/fhir${path}`, {
      method,
      headers: { 'content-type': 'application/fhir+json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  test('takes the right to read it, lest a client opens to itself what it may not read', async () => {
    for (const id of ['one', 'never'])
      for (const scopes of [all, 'system/DocumentReference.cu', `${all} system/Binary.cuds`]) {
        const put = await send(scopes, 'PUT', '/DocumentReference/d', document('d', `Binary/${id}`))
        const post = await send(scopes, 'POST', '/DocumentReference', document('d', `${base}/Binary/${id}`))
        expect([put.status, post.status]).toEqual([403, 403])
        expect(await post.text()).toContain('system/Binary.r')
      }
    for (const type of ['batch', 'transaction']) {
      const entries = [
        { resource: document('d', 'Binary/one'), request: { method: 'PUT', url: 'DocumentReference/d' } },
      ]
      const text = await (await send(all, 'POST', '', bundleText(type, entries))).text()
      expect(text).toContain('system/Binary.r')
    }
    expect(await statusOf(all, 'Binary/one')).toBe(403)
    expect((await h.request('/fhir/DocumentReference/d')).status).toBe(404)
    const may = `${all} system/Binary.r`
    expect((await send(may, 'PUT', '/DocumentReference/d', document('d', 'Binary/one'))).status).toBe(201)
  })

  test('does not tell a Binary out of reach from one that is not there', async () => {
    const scopes = `${all} system/Binary.r?_security=research`
    const texts = await Promise.all(
      ['one', 'never'].map(async (id) => {
        const response = await send(scopes, 'PUT', '/DocumentReference/d', document('d', `Binary/${id}`))
        return `${response.status} ${(await response.text()).replaceAll(id, 'ID')}`
      }),
    )
    expect(texts[0]).toBe(texts[1])
    expect(texts[0]).toMatch(/^403 /)
  })

  test('is allowed again of what may be opened as an attachment already', async () => {
    await h.load([document('d', 'Binary/one')])
    const body = document('d', 'Binary/one', { description: 'changed' })
    expect((await send(all, 'PUT', '/DocumentReference/d', body)).status).toBe(200)
    expect((await send(all, 'PUT', '/DocumentReference/e', document('e', 'Binary/one'))).status).toBe(201)
  })

  test('is allowed of a Binary that the same transaction writes, in the version that it writes', async () => {
    const urn = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a'
    const created = { resourceType: 'Binary', contentType: 'text/plain', data: btoa('mine') }
    const entries = (url: string) => [
      { fullUrl: urn, resource: created, request: { method: 'POST', url: 'Binary' } },
      { resource: binary('two', 'mine'), request: { method: 'PUT', url: 'Binary/two' } },
      { resource: document('d', url), request: { method: 'PUT', url: 'DocumentReference/d' } },
    ]
    const scopes = `${all} system/Binary.cu`
    expect((await send(scopes, 'POST', '', bundleText('transaction', entries(urn)))).status).toBe(200)
    const { content } = await (await h.request('/fhir/DocumentReference/d')).json()
    expect(await (await open(documents, content[0].attachment.url)).text()).toBe('mine')
    const old = entries('Binary/two/_history/1')
    expect((await send(scopes, 'POST', '', bundleText('transaction', old))).status).toBe(403)
  })

  test('is not allowed of a Binary that the same transaction deletes, for others may bring it back', async () => {
    const entries = [
      { request: { method: 'DELETE', url: 'Binary/one' } },
      { resource: document('d', 'Binary/one'), request: { method: 'PUT', url: 'DocumentReference/d' } },
    ]
    const refused = await send(`${all} system/Binary.d`, 'POST', '', bundleText('transaction', entries))
    expect(refused.status).toBe(403)
    expect((await h.request('/fhir/Binary/one')).status).toBe(200)
  })
})

describe('The rows of attachments', () => {
  const rows = async () => (await sql`select * from attachment`.execute(h.deps.db.query)).rows.length

  test('name nothing that is not there, and are no references', async () => {
    const countOf = async (table: string) =>
      (await sql`select 1 from ${sql.table(table)}`.execute(h.deps.db.query)).rows.length
    const before = [await countOf('resource'), await countOf('reference')]
    await h.load([document('d', 'Binary/never'), document('e', 'Binary/one')])
    expect([await countOf('resource'), await countOf('reference')]).toEqual([(before[0] ?? 0) + 2, before[1]])
    expect(await rows()).toBe(2)
    expect(await statusOf(documents, 'Binary/never')).toBe(404)
  })

  test('stand there once for each Binary, and none are there of what was refused', async () => {
    const twice = document('d', 'Binary/one', {
      content: ['Binary/one', 'Binary/one#x'].map((url) => ({ attachment: { url } })),
    })
    await h.load([twice])
    expect(await rows()).toBe(1)
    const response = await h.request('/fhir/DocumentReference/d', {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json', 'if-match': 'W/"9"' },
      body: JSON.stringify(document('d', 'Binary/two')),
    })
    expect(response.status).toBe(412)
    expect(await rows()).toBe(1)
  })

  test('bring no Binary into an export, not even where Binary may come with what refers to it', async () => {
    const exporting = await createHarness({}, undefined, undefined, {
      ADDITIONAL_RESOURCES: 'Binary,Location',
    })
    try {
      await exporting.load([
        binary('one'),
        { resourceType: 'Location', id: 'l' },
        { resourceType: 'Patient', id: 'p', photo: [{ url: 'Binary/one' }] },
        {
          resourceType: 'Encounter',
          id: 'e',
          subject: { reference: 'Patient/p' },
          location: [{ location: { reference: 'Location/l' } }],
        },
      ])
      const accepted = await exporting.request('/fhir/Patient/$export', {
        headers: { accept: 'application/fhir+json', prefer: 'respond-async' },
      })
      const done = await exporting.finish(statusPathOf(accepted))
      const manifest: Manifest = await done.json()
      expect(manifest.output.map(({ type }) => type).sort()).toEqual(['Encounter', 'Location', 'Patient'])
    } finally {
      exporting.close()
    }
  })

  test('are found by their index', async () => {
    const client = clientWith('system/DocumentReference.r system/Media.r?status=x')
    await h.load([
      document('d', 'Binary/one'),
      { resourceType: 'Media', id: 'm', content: { url: 'Binary/two' } },
    ])
    const sent: string[] = []
    const executor = h.deps.db.query.getExecutor()
    const execute = executor.executeQuery.bind(executor)
    executor.executeQuery = async (...args) => {
      sent.push(args[0].sql)
      return execute(...args)
    }
    for (const id of ['one', 'two']) await h.as(client)(`/fhir/Binary/${id}`)
    const ours = [...new Set(sent.filter((text) => text.includes('attachment a')))]
    expect(ours).toHaveLength(3)
    for (const text of ours) {
      const plan = await sql<{
        detail: string
      }>`${sql.raw(`explain query plan ${text.replaceAll('?', '1')}`)}`.execute(h.deps.db.query)
      const lines = plan.rows.map(({ detail }) => detail)
      expect(lines.filter((line) => /^SEARCH a /.test(line)).length).toBeGreaterThan(0)
      for (const line of lines) expect(line).not.toMatch(/^SCAN (?:a|c|r|v)\b|TEMP B-TREE/)
    }
  })
})
