import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../worker/config.ts'
import { createApp } from '../../worker/http/app.ts'
import { createHarness, type Harness, type Manifest, pathOf } from '../support/harness.ts'
import { expectOutcome } from './expect-outcome.ts'

let h: Harness
beforeEach(async () => {
  h = await createHarness()
  await h.load([
    { resourceType: 'Patient', id: 'p' },
    { resourceType: 'Group', id: 'g', member: [{ entity: { reference: 'Patient/p' } }] },
  ])
})
afterEach(() => h.close())

const paths = { system: '$export', patient: 'Patient/$export', group: 'Group/g/$export' } as const
const names = Object.entries(paths)

/** The same service with other settings. */
const serve = (env: Readonly<Record<string, string>>) => {
  const { exportLevels, compat } = loadConfig(env, 'node')
  const app = createApp({ ...h.deps, config: { ...h.deps.config, exportLevels, compat } }, () => {})
  return async (path: string, init: RequestInit = {}) =>
    app.request(`/fhir/${path}`, { ...init, headers: { host: 'localhost', ...init.headers } })
}
type Ask = ReturnType<typeof serve>

const capabilitiesOf = async (ask: Ask) => {
  const [rest] = (await (await ask('metadata')).json()).rest
  type Type = { type: string; operation?: { name: string }[]; extension?: { valueCanonical: string }[] }
  const ofType = (name: string): Type => rest.resource.find(({ type }: Type) => type === name)
  const namesIn = (operations: { name: string }[] = []) => operations.map(({ name }) => name)
  return {
    system: namesIn(rest.operation),
    patient: namesIn(ofType('Patient').operation),
    group: namesIn(ofType('Group').operation),
    withoutValueSet: (ofType('ValueSet').extension ?? []).map(({ valueCanonical }) => valueCanonical),
  }
}

describe.each<[env: Readonly<Record<string, string>>, levels: readonly string[]]>([
  [{ EXPORT_ENABLED: 'off' }, []],
  [{ EXPORT_ENABLED: 'off', EXPORT_LEVELS: 'system' }, []],
  [{ EXPORT_LEVELS: 'system' }, ['system']],
  [{ EXPORT_LEVELS: 'patient, group' }, ['patient', 'group']],
  [{ EXPORT_LEVELS: 'group,system', EXPORT_ENABLED: 'on' }, ['system', 'group']],
  [{}, ['system', 'patient', 'group']],
])('With %j', (env, levels) => {
  test('kick-offs at levels that are off are 501, whatever they ask, and start nothing', async () => {
    const ask = serve(env)
    for (const [level, path] of names) {
      const isOn = levels.includes(level)
      for (const query of ['', '?_type=Patient', '?_dryRun=true', '?_type=Nope', '?patient=p']) {
        for (const method of ['GET', 'POST']) {
          const answer = await ask(`${path}${query}`, { method, headers: { prefer: 'handling=lenient' } })
          if (isOn) expect([200, 202, 400]).toContain(answer.status)
          else
            expect(await expectOutcome(answer, 501, 'not-supported')).toBe(
              `Cannot export at ${level} level: it is switched off here`,
            )
        }
      }
    }
    const jobs = await h.deps.db.query.selectFrom('job').select('level').execute()
    expect(new Set(jobs.map(({ level }) => level))).toEqual(new Set(levels))
  })

  test('the CapabilityStatement, the definitions and the list of operations have those that are on', async () => {
    const ask = serve(env)
    const bulkData = 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition'
    expect(await capabilitiesOf(ask)).toEqual({
      system: [...(levels.includes('system') ? ['export'] : []), 'export-status'],
      patient: levels.includes('patient') ? ['export', 'patient-export'] : [],
      group: [...(levels.includes('group') ? ['export', 'group-export'] : []), 'member-add', 'member-remove'],
      withoutValueSet: ['patient', 'group']
        .filter((level) => levels.includes(level))
        .map((level) => `${bulkData}/${level}-export`),
    })
    const other = await expectOutcome(await ask('$nothing'), 404, 'not-found')
    for (const [level, path] of names) {
      const isOn = levels.includes(level)
      expect(other.includes(`[base]/${path.replace('/g/', '/{id}/')},`)).toBe(isOn)
      const id = level === 'system' ? 'export' : `${level}-export`
      expect((await ask(`OperationDefinition/${id}`)).status).toBe(isOn ? 200 : 404)
    }
  })
})

describe('A level that is switched off', () => {
  test('leaves jobs that there are alone: status, files, list and DELETE', async () => {
    const path = await h.kickOff('?_type=Patient')
    const ask = serve({ EXPORT_ENABLED: 'off' })
    const below = path.replace('/fhir/', '')
    expect((await ask(below)).status).toBe(202)
    while (await h.tick()) h.clock.advance(1000)
    const done = await ask(below)
    expect(done.status).toBe(200)
    const { output } = (await done.json()) as Manifest
    const file = await ask(pathOf(output[0]?.url ?? '').replace('/fhir/', ''))
    expect(await file.text()).toContain('"id":"p"')
    expect((await (await ask('$export-status')).json()).exports).toHaveLength(1)
    expect((await ask(below, { method: 'DELETE' })).status).toBe(202)
    expect((await ask(below)).status).toBe(404)
  })

  test('is that of the URL, also where COMPAT makes Patient level of system level', async () => {
    const compat = { COMPAT: 'patient-in-query' }
    const noSystem = serve({ ...compat, EXPORT_LEVELS: 'patient' })
    await expectOutcome(await noSystem('$export?patient=p'), 501, 'not-supported')
    expect((await noSystem('Patient/$export?patient=p')).status).toBe(202)
    const onlySystem = serve({ ...compat, EXPORT_LEVELS: 'system' })
    expect((await onlySystem('$export?patient=p')).status).toBe(202)
    await expectOutcome(await onlySystem('Patient/$export?patient=p'), 501, 'not-supported')
  })

  test('still has no other methods', async () => {
    const answer = await serve({ EXPORT_ENABLED: 'off' })('$export', { method: 'PUT' })
    expect(answer.headers.get('allow')).toBe('GET, POST')
    await expectOutcome(answer, 405, 'not-supported')
  })

  test('is no error in the log', async () => {
    const lines: string[] = []
    const config = { ...h.deps.config, exportLevels: [] }
    const app = createApp({ ...h.deps, config, log: (_, message) => lines.push(message) }, () => {})
    const answer = await app.request('/fhir/$export', { headers: { host: 'localhost' } })
    expect((await answer.json()).issue[0].severity).toBe('error')
    expect(lines).toEqual([])
  })
})
