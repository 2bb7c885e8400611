import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentFile, generateDocument } from '../openapi/generate.ts'
import packageJson from '../package.json' with { type: 'json' }
import { generateTypes, typesFile } from '../web/generate-types.ts'
import { createApp } from '../worker/http/app.ts'
import { schemas } from '../worker/http/openapi-schemas.ts'
import { createHarness, type Harness, pathOf } from './support/harness.ts'

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }
type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly servers?: readonly { readonly url: string }[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly example: Json }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> }
  readonly responses: Readonly<Record<string, { readonly $ref?: string } & Answer>>
}
type MediaType = { readonly schema: Json; readonly example: Json }
type Answer = {
  readonly content?: Readonly<Record<string, MediaType>>
  readonly headers?: Readonly<Record<string, { readonly example: Json }>>
}
type Document = {
  readonly openapi: string
  readonly info: {
    readonly title: string
    readonly version: string
    readonly license: { readonly name: string }
  }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>
    readonly responses: Readonly<Record<string, Answer>>
  }
}

const document = JSON.parse(generateDocument()) as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

let h: Harness
beforeAll(async () => {
  h = await createHarness()
})
afterAll(() => h.close())

describe('openapi/openapi.json', () => {
  test('is fresh; if not, run `npm run generate`', () => {
    expect(readFileSync(documentFile, 'utf8')).toBe(generateDocument())
  })
})

describe('web/src/lib/api/schema.d.ts', () => {
  test('is fresh; if not, run `npm run generate`', async () => {
    expect(readFileSync(typesFile, 'utf8')).toBe(await generateTypes())
  })
})

describe('The OpenAPI document', () => {
  test('is OpenAPI 3.1 of this version of Sluice', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.info).toMatchObject({
      title: 'Sluice',
      version: packageJson.version,
      license: { name: packageJson.license },
    })
    expect(document.servers).toMatchObject([{ url: 'http://127.0.0.1:8080/fhir' }])
  })

  test('has every route of the router, and no other', () => {
    const app = createApp(h.deps, () => {})
    const { fhirPath } = h.deps.config
    const routed = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    const documented = operations.map(({ path, method, operation }) => {
      const root = operation.servers === undefined ? fhirPath : ''
      return `${method.toUpperCase()} ${root}${path}`
    })
    expect(documented.sort()).toEqual([...new Set(routed)].sort())
  })

  test('names every operation once, in a way that programs can use', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/)
    expect([...ids].sort()).toMatchInlineSnapshot(`
      [
        "addGroupMembers",
        "addPasskey",
        "beginOidcSignIn",
        "cancelJob",
        "changeAdministrator",
        "createAccessKey",
        "createAdministrator",
        "createClient",
        "createResource",
        "deleteClient",
        "deleteExport",
        "deleteExportByAlias",
        "deleteExportByFirelyAlias",
        "deleteJob",
        "deletePasskey",
        "deleteResource",
        "endSession",
        "enrol",
        "exportAudit",
        "extendJob",
        "finishOidcSignIn",
        "ingestResources",
        "introspectToken",
        "issueToken",
        "kickOffGroupExport",
        "kickOffGroupExportByPost",
        "kickOffPatientExport",
        "kickOffPatientExportByPost",
        "kickOffSystemExport",
        "kickOffSystemExportByPost",
        "listAccessKeys",
        "listAdministrators",
        "listClientTokens",
        "listClients",
        "listExports",
        "listJobFiles",
        "listJobProblems",
        "listJobSlices",
        "listJobUnits",
        "listJobs",
        "listPasskeys",
        "listSessions",
        "processBundle",
        "putResource",
        "readAuthorizationServer",
        "readCapabilities",
        "readClient",
        "readExportFile",
        "readExportFileByFirelyAlias",
        "readExportStatus",
        "readExportStatusByAlias",
        "readExportStatusByFirelyAlias",
        "readHealth",
        "readJob",
        "readKeySet",
        "readOpenApi",
        "readResource",
        "readResourceCounts",
        "readResourceHistory",
        "readResourceVersion",
        "readService",
        "readSession",
        "readSmartConfiguration",
        "removeGroupMembers",
        "renewEnrolment",
        "replaceClient",
        "resumeClient",
        "retryJob",
        "revokeAccessKey",
        "revokeClientTokens",
        "revokeToken",
        "runJobAgain",
        "searchAudit",
        "searchResources",
        "searchResourcesByPost",
        "setUp",
        "signIn",
        "signOut",
        "suspendClient",
      ]
    `)
  })

  test('refers to nothing that is not there, and holds nothing that nobody refers to', () => {
    const refs: string[] = []
    const walk = (value: Json): void => {
      if (Array.isArray(value)) for (const member of value) walk(member)
      else if (typeof value === 'object' && value !== null) {
        for (const [name, member] of Object.entries(value)) {
          if (name === '$ref' && typeof member === 'string') refs.push(member)
          else walk(member)
        }
      }
    }
    walk(JSON.parse(generateDocument()))
    const present = [
      ...Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`),
      ...Object.keys(document.components.responses).map((name) => `#/components/responses/${name}`),
    ]
    expect([...new Set(refs)].sort()).toEqual(present.sort())
  })

  test('declares the parameters that stand in a path', () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect(declared.map(({ name }) => name)).toEqual(inPath)
    }
  })

  test('has an example of every parameter, header and body, and an error answer for every operation', () => {
    for (const { operation } of operations) {
      for (const parameter of operation.parameters ?? []) expect(parameter).toHaveProperty('example')
      const answers = Object.values(operation.responses)
      for (const { content = {}, headers = {} } of [
        ...answers,
        ...Object.values(document.components.responses),
      ]) {
        for (const body of Object.values(content)) expect(body).toHaveProperty('example')
        for (const header of Object.values(headers)) expect(header).toHaveProperty('example')
      }
      for (const body of Object.values(operation.requestBody?.content ?? {}))
        expect(body).toHaveProperty('example')
      expect(answers.some(({ $ref }) => $ref === '#/components/responses/Error403')).toBe(true)
      expect(operation.tags).toHaveLength(1)
      expect(operation.summary).toBeTruthy()
    }
  })

  test('has examples that are true to their schemas', () => {
    const bodies = [
      ...operations.flatMap(({ operation }) => Object.values(operation.responses)),
      ...Object.values(document.components.responses),
    ].flatMap(({ content = {} }) => Object.values(content))
    for (const { schema, example } of bodies) {
      const [, name] = /^\{"\$ref":"#\/components\/schemas\/(\w+)"\}$/.exec(JSON.stringify(schema)) ?? []
      if (name === undefined) continue
      const known = Object.entries(schemas).find(([given]) => given === name)
      expect(known, name).toBeDefined()
      known?.[1].strict().parse(example)
    }
  })
})

describe('The service', () => {
  test('answers with no status and no header that the document does not have', async () => {
    const text = '{"resourceType":"Patient","id":"p"}'
    const fhir = { 'content-type': 'application/fhir+json' }
    const put = { method: 'PUT', body: text, headers: fhir }
    await h.request('/fhir/Patient/p', put)
    const status = await h.kickOff()
    const running = await h.kickOff()
    const paged = await h.kickOff('?allowPartialManifests=true')
    const separately = { headers: { prefer: 'separate-export-status' } }
    const separate = pathOf(
      (await h.request('/fhir/$export', separately)).headers.get('content-location') ?? '',
    )
    const id = (path: string) => path.split('/').at(-1)
    const manifest = (await (await h.finish(status)).json()) as { output: { url: string }[] }
    const file = pathOf(manifest.output[0]?.url ?? '')
    const accept = { 'accept-encoding': 'gzip' }
    const raw = {
      method: 'POST',
      body: 'content',
      headers: { 'content-type': 'text/plain', 'x-security-context': 'Patient/p' },
    }
    const ingest = { method: 'POST', body: text, headers: { 'content-type': 'application/ndjson' } }
    const bundle = (type: string, method: string): RequestInit => {
      const request = { method, url: method === 'POST' ? 'Patient' : 'Patient/never' }
      const entry = [{ resource: { resourceType: 'Patient' }, request }]
      return { ...put, method: 'POST', body: JSON.stringify({ resourceType: 'Bundle', type, entry }) }
    }
    const patient = { name: 'patientReference', valueReference: { reference: 'Patient/p' } }
    const parameters = JSON.stringify({ resourceType: 'Parameters', parameter: [patient] })
    const members = { method: 'POST', body: parameters, headers: fhir }
    const group = '{"resourceType":"Group","id":"g"}'
    await h.request('/fhir/Group/g', { method: 'PUT', body: group, headers: fhir })
    const job = status.replace('/fhir/$export-status', '/admin/api/jobs')
    const later = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const asked: readonly (readonly [template: string, path: string, init?: RequestInit])[] = [
      ['/$export', '/fhir/$export'],
      ['/$export', '/fhir/$export', separately],
      ['/$export', '/fhir/$export?_since=x'],
      ['/$export', '/fhir/$export', { headers: { via: 'proxy' } }],
      ['/$export', '/fhir/$export', { method: 'POST' }],
      ['/$export', '/fhir/$export?_dryRun=true'],
      ['/$export', '/fhir/$export?_type=Patient', { headers: { 'idempotency-key': 'k' } }],
      ['/$export', '/fhir/$export?_type=Basic', { headers: { 'idempotency-key': 'k' } }],
      ['/Group/{id}/$export', '/fhir/Group/never/$export?_dryRun=true'],
      ['/$export-status', '/fhir/$export-status'],
      ['/$export-status', '/fhir/$export-status?_count=0'],
      ['/$export-status', '/fhir/$export-status?_format=xml'],
      ['/$export', '/fhir/$export', { ...put, method: 'POST', headers: {} }],
      ['/$export-status/{id}', running],
      ['/$export-status/{id}', status],
      ['/$export-status/{id}', running, { method: 'DELETE' }],
      ['/$export-status/{id}', running],
      ['/$export-status/{id}', paged],
      ['/$export-status/{id}', `${paged}?page=1`],
      ['/$export-status/{id}', `${paged}?page=9`],
      ['/$export-status/{id}', separate],
      ['/$exportstatus/{id}', separate.replace('export-status', 'exportstatus')],
      ['/$exportstatus/{id}', '/fhir/$exportstatus/never', { method: 'DELETE' }],
      ['/$exportstatus', `/fhir/$exportstatus?_id=${id(paged)}`],
      ['/$exportstatus', `/fhir/$exportstatus?_id=${id(paged)}`, { method: 'DELETE' }],
      ['/$exportfilerequest/{folder}/{name}', file.replace('export-file', 'exportfilerequest')],
      ['/$export-file/{folder}/{name}', file],
      ['/$export-file/{folder}/{name}', file, { headers: accept }],
      ['/$export-file/{folder}/{name}', file, { headers: { range: 'bytes=1-2' } }],
      ['/$export-file/{folder}/{name}', file, { headers: { range: 'bytes=999999-' } }],
      ['/$export-file/{folder}/{name}', file, { headers: { 'if-none-match': '*' } }],
      ['/$export-file/{folder}/{name}', file, { headers: { 'if-match': '"x"' } }],
      ['/$export-file/{folder}/{name}', file, { headers: { 'accept-encoding': '*;q=0' } }],
      ['/$export-file/{folder}/{name}', `${file}x`],
      ['/metadata', '/fhir/metadata'],
      ['/', '/fhir', bundle('transaction', 'POST')],
      ['/', '/fhir/', bundle('batch', 'GET')],
      ['/', '/fhir', bundle('history', 'GET')],
      ['/', '/fhir/', bundle('transaction', 'GET')],
      ['/', '/fhir', { ...put, method: 'POST', headers: {} }],
      ['/{type}/{id}', '/fhir/Patient/p', put],
      ['/{type}/{id}', '/fhir/Patient/q', { ...put, body: text.replace('"p"', '"q"') }],
      ['/{type}/{id}', '/fhir/Patient/q', put],
      ['/{type}/{id}', '/fhir/Patient/p', { ...put, headers: {} }],
      ['/{type}/{id}', '/fhir/Patient/p', { ...put, headers: { ...fhir, 'if-match': '"9"' } }],
      ['/{type}/{id}', '/fhir/Patient/p'],
      ['/{type}/{id}', '/fhir/Patient/p', { headers: { 'if-none-match': '*' } }],
      ['/{type}/{id}', '/fhir/Patient/_'],
      ['/{type}/{id}', '/fhir/OperationDefinition/export'],
      ['/Group/{id}/$member-add', '/fhir/Group/g/$member-add', members],
      ['/Group/{id}/$member-add', '/fhir/Group/g/$member-add', { ...members, body: '{}' }],
      ['/Group/{id}/$member-add', '/fhir/Group/never/$member-add', members],
      ['/Group/{id}/$member-remove', '/fhir/Group/g/$member-remove', members],
      ['/Group/{id}/$member-remove', '/fhir/Group/g/$member-remove', { ...members, headers: {} }],
      ['/{type}/{id}', '/fhir/Patient/q', { method: 'DELETE' }],
      ['/{type}/{id}', '/fhir/Patient/q'],
      ['/{type}/{id}', '/fhir/Patient/never'],
      ['/{type}/{id}', '/fhir/Patient/p', { headers: { accept: 'text/html' } }],
      ['/{type}/{id}', '/fhir/Binary/b', { ...raw, method: 'PUT' }],
      ['/{type}/{id}', '/fhir/Binary/b'],
      ['/{type}/{id}', '/fhir/Binary/b', { headers: { accept: 'application/fhir+json' } }],
      ['/{type}', '/fhir/Binary', { ...raw, headers: { ...raw.headers, 'x-security-context': '#' } }],
      ['/{type}', '/fhir/Patient', { ...put, method: 'POST' }],
      ['/{type}', '/fhir/Patient', { ...put, method: 'POST', headers: {} }],
      ['/{type}/{id}/_history', '/fhir/Patient/p/_history'],
      ['/{type}/{id}/_history', '/fhir/Patient/p/_history?_at=2020'],
      ['/{type}/{id}/_history', '/fhir/Patient/p/_history?_format=xml'],
      ['/{type}/{id}/_history', '/fhir/Patient/never/_history'],
      ['/{type}/{id}/_history/{versionId}', '/fhir/Binary/b/_history/1'],
      ['/{type}/{id}/_history/{versionId}', '/fhir/Patient/q/_history/2'],
      ['/{type}/{id}/_history/{versionId}', '/fhir/Patient/p/_history/9'],
      ['/{type}/{id}/_history/{versionId}', '/fhir/Patient/p/_history/_'],
      ['/metadata', '/fhir/metadata?_format=xml'],
      ['/admin/api/ingest', '/admin/api/ingest', ingest],
      ['/admin/api/jobs', '/admin/api/jobs'],
      ['/admin/api/jobs', '/admin/api/jobs?count=0'],
      ['/admin/api/jobs/{id}', status.replace('/fhir/$export-status', '/admin/api/jobs')],
      ['/admin/api/jobs/{id}', '/admin/api/jobs/never'],
      ...(['units', 'slices', 'files', 'problems'] as const).map((part): [string, string] => [
        `/admin/api/jobs/{id}/${part}`,
        `${job}/${part}`,
      ]),
      ['/admin/api/jobs/{id}/files', `${job}/files?count=0`],
      ['/admin/api/jobs/{id}/extend', `${job}/extend`, { ...later, body: '{"seconds":1}' }],
      ['/admin/api/jobs/{id}/extend', `${job}/extend`, { ...later, body: '{}' }],
      ['/admin/api/jobs/{id}/retry', `${job}/retry`, { method: 'POST' }],
      ['/admin/api/jobs/{id}/cancel', `${job}/cancel`, { method: 'POST' }],
      ['/admin/api/jobs/{id}/run-again', `${job}/run-again`, { method: 'POST' }],
      ['/admin/api/jobs/{id}', '/admin/api/jobs/never', { method: 'DELETE' }],
      ['/admin/api/resource-counts', '/admin/api/resource-counts'],
      ['/admin/api/service', '/admin/api/service'],
      ['/admin/api/session', '/admin/api/session'],
      ['/admin/api/session', '/admin/api/session', { method: 'POST' }],
      ['/admin/api/session', '/admin/api/session', { method: 'POST', headers: { 'x-sluice-form': '1' } }],
      ['/admin/api/administrators', '/admin/api/administrators'],
      ['/admin/api/access-keys', '/admin/api/access-keys'],
      ['/admin/api/ingest', '/admin/api/ingest', { ...ingest, headers: {} }],
      ['/auth/token', '/auth/token', { method: 'POST' }],
      ['/auth/jwks', '/auth/jwks'],
      ['/.well-known/smart-configuration', '/fhir/.well-known/smart-configuration'],
      ['/health', '/health'],
      ['/openapi.json', '/openapi.json'],
    ]
    const everywhere = [
      'cache-control',
      'content-security-policy',
      'content-type',
      'cross-origin-resource-policy',
      'referrer-policy',
      'x-content-type-options',
    ]
    for (const [template, path, init] of asked) {
      const method = init?.method?.toLowerCase() ?? 'get'
      const { status: given, headers } = await h.request(path, init)
      const documented = document.paths[template]?.[method]?.responses[given]
      expect(documented, `${method} ${path} ${given}`).toBeDefined()
      const name = documented?.$ref?.split('/').at(-1) ?? ''
      const known = Object.keys((document.components.responses[name] ?? documented)?.headers ?? {})
      const names = known.map((header) => header.toLowerCase())
      for (const header of headers.keys())
        expect([...names, ...everywhere], `${path} ${given}`).toContain(header)
    }
  })
})

describe('GET /openapi.json', () => {
  test('serves the document, with the servers of this deployment', async () => {
    const response = await h.request('/openapi.json')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.text()).toBe(generateDocument())

    const config = { ...h.deps.config, baseUrl: 'http://localhost:9999/x', fhirPath: '/4_0_0' }
    const other = createApp({ ...h.deps, config }, () => {})
    const served = (await (
      await other.request('/openapi.json', { headers: { host: 'localhost' } })
    ).json()) as Document
    expect(served.servers).toMatchObject([{ url: 'http://localhost:9999/x/4_0_0' }])
    expect(served.paths['/health']?.get?.servers).toEqual([{ url: 'http://localhost:9999/x' }])
    expect(Object.keys(served.paths)).toEqual(Object.keys(document.paths))
  })
})
