import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHarness, type Harness } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

/** The CapabilityStatement is held to its word: what it claims is done, and what it does not claim is refused. */
type Coded = readonly { readonly code: string }[]
type Operations = readonly { readonly name: string; readonly definition: string }[]
type Rest = {
  readonly resource: readonly {
    readonly extension?: readonly { readonly url: string; readonly valueCanonical: string }[]
    readonly type: string
    readonly interaction: Coded
    readonly searchParam: readonly { readonly name: string; readonly type: string }[]
    readonly versioning: string
    readonly readHistory: boolean
    readonly updateCreate: boolean
    readonly conditionalCreate: boolean
    readonly conditionalRead: string
    readonly conditionalUpdate: boolean
    readonly conditionalDelete: string
    readonly operation?: Operations
  }[]
  readonly interaction?: Coded
  readonly operation?: Operations
}

let h: Harness
let rest: Rest
beforeAll(async () => {
  h = await createHarness()
  const statement = await (await h.request('/fhir/metadata')).json()
  rest = statement.rest[0]
})
afterAll(() => h.close())

const ask = (method: string, path: string, resource?: object, headers: Record<string, string> = {}) =>
  h.request(`/fhir/${path}`, {
    method,
    ...(resource === undefined ? {} : { body: JSON.stringify(resource) }),
    headers: { accept: 'application/fhir+json', 'content-type': 'application/fhir+json', ...headers },
  })
const isRefused = (status: number) => [400, 404, 405].includes(status)

/** How to try each interaction of FHIR R4 with a type, on a resource `Type/x` that is there; and how it answers when it is done. */
const tries: Readonly<Record<string, (type: string) => readonly [Promise<Response>, status: number]>> = {
  read: (type) => [ask('GET', `${type}/x`), 200],
  vread: (type) => [ask('GET', `${type}/x/_history/1`), 200],
  update: (type) => [ask('PUT', `${type}/x`, { resourceType: type, id: 'x' }), 200],
  patch: (type) => [ask('PATCH', `${type}/x`, []), 200],
  delete: (type) => [ask('DELETE', `${type}/x`), 204],
  'history-instance': (type) => [ask('GET', `${type}/x/_history`), 200],
  'history-type': (type) => [ask('GET', `${type}/_history`), 200],
  create: (type) => [ask('POST', type, { resourceType: type }), 201],
  'search-type': (type) => [ask('GET', type), 200],
}

describe('The CapabilityStatement', () => {
  test('claims of every type what is done for it, and nothing else', { timeout: 60_000 }, async () => {
    expect(rest.resource).toHaveLength(new Set(rest.resource.map(({ type }) => type)).size)
    for (const { type, interaction } of rest.resource) {
      const claimed = interaction.map(({ code }) => code)
      expect(Object.keys(tries)).toEqual(expect.arrayContaining(claimed))
      for (const [code, attempt] of Object.entries(tries)) {
        await h.put({ resourceType: type, id: 'x' })
        const [answer, status] = attempt(type)
        const given = (await answer).status
        if (claimed.includes(code)) expect(given, `${code} of ${type}`).toBe(status)
        else expect(isRefused(given), `${code} of ${type} is ${given}`).toBe(true)
      }
    }
  })

  test('tells the truth about versions and conditions', async () => {
    for (const {
      interaction: _,
      type: __,
      operation: ___,
      extension: ____,
      searchParam,
      ...told
    } of rest.resource) {
      expect(searchParam).toContainEqual({ name: '_id', type: 'token' })
      expect(told).toEqual({
        versioning: 'versioned',
        readHistory: true,
        updateCreate: true,
        conditionalCreate: false,
        conditionalRead: 'full-support',
        conditionalUpdate: false,
        conditionalDelete: 'not-supported',
      })
    }
    const patient = { resourceType: 'Patient', id: 'new' }
    expect((await ask('PUT', 'Patient/new', patient)).status).toBe(201) // updateCreate
    expect((await (await ask('GET', 'Patient/new')).json()).meta.versionId).toBe('1')
    await ask('PUT', 'Patient/new', patient)
    expect((await ask('GET', 'Patient/new/_history/1')).status).toBe(200) // readHistory
    const modified = (await ask('GET', 'Patient/new')).headers.get('last-modified') ?? ''
    for (const condition of [{ 'if-none-match': 'W/"2"' }, { 'if-modified-since': modified }])
      expect((await ask('GET', 'Patient/new', undefined, condition)).status).toBe(304)
    const exists = { 'if-none-exist': 'a=b' }
    await expectOutcome(await ask('POST', 'Patient', patient, exists), 400, 'not-supported')
    await expectOutcome(await ask('PUT', 'Patient?a=b', patient), 405, 'not-supported')
    await expectOutcome(await ask('DELETE', 'Patient?a=b'), 405, 'not-supported')
  })

  test('claims the interactions with the whole system that there are', async () => {
    const claimed = (rest.interaction ?? []).map(({ code }) => code)
    const bundle = (type: string) => ({ resourceType: 'Bundle', type, entry: [] })
    const systemTries: Readonly<Record<string, () => Promise<Response>>> = {
      transaction: () => ask('POST', '', bundle('transaction')),
      batch: () => ask('POST', '', bundle('batch')),
      'search-system': () => ask('GET', '?_type=Patient'),
      'history-system': () => ask('GET', '_history'),
    }
    for (const [code, attempt] of Object.entries(systemTries)) {
      const { status } = await attempt()
      expect(isRefused(status), `${code} is ${status}`).toBe(!claimed.includes(code))
    }
  })

  test('claims operations that there are, and names them when another is asked for', async () => {
    const served = [
      ...(rest.operation ?? []).map(({ name }) => ({ name, below: '' })),
      ...rest.resource.flatMap(({ type, operation = [] }) =>
        operation.map(({ name }) => ({ name, below: `${type}/` })),
      ),
    ]
    expect(served).toContainEqual({ name: 'export', below: '' })
    const named = await expectOutcome(await ask('GET', '$nothing'), 404, 'not-found')
    // HL7's BDT looks for `$export` by the name of its definition as well.
    const aliases = ['patient-export', 'group-export']
    for (const { name, below } of served.filter((operation) => !aliases.includes(operation.name))) {
      expect(named).toContain(`$${name}`)
      // A path of its own is one that says which methods it has, of the type or of an instance.
      const answers = await Promise.all(['', 'x/'].map((id) => ask('PATCH', `${below}${id}$${name}`)))
      expect(answers.some(({ status }) => status === 405)).toBe(true)
    }
    for (const { definition } of rest.operation ?? []) expect(definition).toMatch(/^https?:\/\//)
  })
})
