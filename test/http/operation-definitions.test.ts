import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject } from '../../worker/fhir/json.ts'
import { resourceTypes } from '../../worker/fhir/r4/resource-types.generated.ts'
import { createApp } from '../../worker/http/app.ts'
import { textOf } from '../fhir/r4-package.ts'
import { problemsOf } from '../sample/structure-check.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeAll(async () => {
  h = await createHarness()
  await h.load([
    { resourceType: 'Patient', id: 'p' },
    { resourceType: 'Group', id: 'g', member: [{ entity: { reference: 'Patient/p' } }] },
  ])
})
afterAll(() => h.close())

type Parameter = {
  readonly name: string
  readonly use: string
  readonly type?: string
  readonly part?: readonly Parameter[]
}
const read = async (id: string): Promise<JsonObject & { readonly parameter: readonly Parameter[] }> => {
  const response = await h.request(`/fhir/OperationDefinition/${id}`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
  return response.json()
}
const post = (path: string, parameter: readonly object[]) =>
  h.request(`/fhir/${path}`, {
    method: 'POST',
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
    headers: { 'content-type': 'application/fhir+json' },
  })

const exports = [
  ['export', '$export', []],
  ['patient-export', 'Patient/$export', ['Patient']],
  ['group-export', 'Group/g/$export', ['Group']],
] as const
const hl7 = 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition'

describe.each(exports)('OperationDefinition/%s', (id, path, resource) => {
  test('is as FHIR R4 defines one, derives from that of HL7, and says where it is served', async () => {
    const definition = await read(id)
    expect(problemsOf(definition)).toEqual([])
    expect(definition).toMatchObject({
      resourceType: 'OperationDefinition',
      id,
      url: `http://127.0.0.1:8080/fhir/OperationDefinition/${id}`,
      base: `${hl7}/${id}`,
      code: 'export',
      system: path === '$export',
      type: path === 'Patient/$export',
      instance: path === 'Group/g/$export',
    })
    expect(definition.resource ?? []).toEqual(resource)
  })

  test('has exactly the parameters that are accepted', async () => {
    const { parameter } = await read(id)
    const accepted = parameter.filter(({ use }) => use === 'in').map(({ name }) => name)
    expect(new Set(accepted).size).toBe(accepted.length)
    const candidates = [
      ...['_outputFormat', '_since', '_until', '_type', '_elements', 'patient', 'includeAssociatedData'],
      ...[
        '_typeFilter',
        'organizeOutputBy',
        'allowPartialManifests',
        '_dryRun',
        '_count',
        '_sort',
        'nonsense',
      ],
      ...accepted,
    ]
    for (const name of new Set(candidates)) {
      const answer = await post(`${path}?_dryRun=true`, [{ name, valueString: 'p' }])
      const text = await answer.text()
      // What is accepted may still have a wrong value here; what is not is refused by its name.
      const isUnknown =
        text.includes(`parameter \\"${name}\\": it is not supported`) ||
        text.includes(`parameter \\"${name}\\": system level has none`) ||
        text.includes(`parameter \\"${name}\\": there are no type filters`)
      expect(isUnknown, `${name}: ${text}`).toBe(!accepted.includes(name))
    }
  })

  test('describes the answer to a dry run', async () => {
    const { parameter } = await read(id)
    const out = new Map(parameter.filter(({ use }) => use === 'out').map((each) => [each.name, each]))
    const query = '_dryRun=true&_since=2020&x=1'
    const answer = await h.request(`/fhir/${path}?${query}`, { headers: { prefer: 'handling=lenient' } })
    const estimate: { parameter: JsonObject[] } = await answer.json()
    const json: unknown = estimate
    expect(isJsonObject(json) ? problemsOf(json) : undefined).toEqual([])
    for (const { name, part, resource: _, ...value } of estimate.parameter) {
      const described = out.get(textOf(name))
      expect(described, textOf(name)).toBeDefined()
      const [kind] = Object.keys(value)
      if (kind !== undefined) expect(kind.toLowerCase()).toBe(`value${described?.type}`)
      if (Array.isArray(part))
        expect(part.map((each) => each.name)).toEqual(described?.part?.map((each) => each.name))
    }
    expect(estimate.parameter.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['type', 'deleted', 'outcome']),
    )
  })
})

describe('OperationDefinition/export-status', () => {
  test('is as FHIR R4 defines one, has exactly the parameters that are accepted, and is where the CapabilityStatement says', async () => {
    const definition = await read('export-status')
    expect(problemsOf(definition)).toEqual([])
    const { rest } = await (await h.request('/fhir/metadata')).json()
    const [listed] = rest[0].operation.filter(({ name }: { name: string }) => name === definition.code)
    expect(listed.definition).toBe(definition.url)
    const names = definition.parameter.map(({ name }) => name)
    expect(names).toEqual(['_count', '_after'])
    for (const name of ['_count', '_after', '_since', '_summary', 'patient']) {
      const text = await (await h.request(`/fhir/$export-status?${name}=~`)).text()
      expect(text.includes('a list of exports takes')).toBe(!names.includes(name))
    }
  })
})

describe('A definition of an operation', () => {
  test('with `patient` at system level is there with COMPAT', async () => {
    const app = createApp({ ...h.deps, config: { ...h.deps.config, compat: ['patient-in-query'] } }, () => {})
    const answer = await app.request('/fhir/OperationDefinition/export', { headers: { host: 'localhost' } })
    const { parameter } = await answer.json()
    expect(parameter.map(({ name }: Parameter) => name)).toContain('patient')
    expect((await read('export')).parameter.map(({ name }) => name)).not.toContain('patient')
    expect((await read('group-export')).parameter.map(({ name }) => name)).toContain('patient')
  })

  test('gives way to a stored one, and comes back when that is deleted', async () => {
    const stored = { resourceType: 'OperationDefinition', id: 'export', name: 'Mine', status: 'draft' }
    expect((await h.put(stored)).status).toBe(201)
    const answer = await h.request('/fhir/OperationDefinition/export')
    expect(answer.headers.get('etag')).toBe('W/"1"')
    expect(await answer.json()).toMatchObject({ name: 'Mine' })
    await h.remove('OperationDefinition/export')
    expect((await read('export')).name).toBe('BulkDataExport')
    expect((await h.request('/fhir/OperationDefinition/export/_history/1')).status).toBe(200)
  })

  test('is read as any resource: HEAD, formats, and no other ids', async () => {
    const head = await h.request('/fhir/OperationDefinition/group-export', { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1000)
    const xml = await h.request('/fhir/OperationDefinition/export?_format=xml')
    await expectOutcome(xml, 406, 'not-supported')
    for (const id of ['Export', 'exports', 'system-export', 'toString', '__proto__', 'constructor'])
      expect([400, 404]).toContain((await h.request(`/fhir/OperationDefinition/${id}`)).status)
    await expectOutcome(await h.request('/fhir/Basic/export'), 404, 'not-found')
  })

  test('is no resource of an export', async () => {
    const { manifest } = await h.export('?_type=OperationDefinition')
    expect(manifest.output).toEqual([])
  })
})

describe('The CapabilityStatement', () => {
  test('is as FHIR R4 defines one', async () => {
    const statement: unknown = await (await h.request('/fhir/metadata')).json()
    expect(isJsonObject(statement) ? problemsOf(statement) : undefined).toEqual([])
  })

  test("names `$export` by every name that it is looked for, with HL7's bare canonical", async () => {
    const { rest } = await (await h.request('/fhir/metadata')).json()
    type Type = { type: string; operation?: { name: string; definition: string }[] }
    const operationsOf = (name: string) =>
      rest[0].resource
        .find(({ type }: Type) => type === name)
        .operation.filter(({ definition }: { definition: string }) => definition.startsWith(hl7))
    expect(rest).toHaveLength(1)
    expect(rest[0].operation).toContainEqual({ name: 'export', definition: `${hl7}/export` })
    for (const level of ['patient', 'group']) {
      const definition = `${hl7}/${level}-export`
      expect(operationsOf(level === 'patient' ? 'Patient' : 'Group')).toEqual([
        { name: 'export', definition },
        { name: `${level}-export`, definition },
      ])
    }
  })

  test('tells of each type whether an export of patients can have it', async () => {
    const { rest } = await (await h.request('/fhir/metadata')).json()
    expect(rest[0].resource.map(({ type }: { type: string }) => type)).toEqual(resourceTypes)
    for (const { type, extension = [] } of rest[0].resource) {
      for (const path of ['Patient/$export', 'Group/g/$export']) {
        const id = path.startsWith('Patient') ? 'patient-export' : 'group-export'
        const isMarked = extension.some(
          ({ url, valueCanonical }: { url: string; valueCanonical: string }) =>
            url === 'http://hl7.org/fhir/uv/bulkdata/Extension/operation-not-supported' &&
            valueCanonical === `${hl7}/${id}`,
        )
        const query = `_type=Patient,${type}&_dryRun=true`
        const told = await (await h.request(`/fhir/${path}?${query}`)).text()
        expect(told.includes('Nothing of _type'), `${type} ${id}`).toBe(isMarked)
      }
    }
  })
})
