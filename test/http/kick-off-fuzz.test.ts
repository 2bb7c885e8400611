import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../worker/config.ts'
import { echoText } from '../../worker/fhir/echo-text.ts'
import { isExportParameterName } from '../../worker/fhir/export-parameter-names.ts'
import { plainShape } from '../../worker/fhir/export-shape.ts'
import { parseInstant } from '../../worker/fhir/instant.ts'
import { parsePrefer } from '../../worker/fhir/prefer.ts'
import { isResourceType, typeOfId } from '../../worker/fhir/resource-type.ts'
import { createApp } from '../../worker/http/app.ts'
import { schemas } from '../../worker/http/openapi-schemas.ts'
import type { App } from '../../worker/http/route.ts'
import { readJob, readOutcomeLines } from '../../worker/store/jobs.ts'
import { createHarness, type Harness } from '../support/harness.ts'
import {
  type FuzzedKickOff,
  kickOffArbitrary,
  pairArbitrary,
  requestOf,
} from '../support/kick-off-requests.ts'

/** Whatever a client sends: an answer it can read, and never an export of more than it asked for. */

let h: Harness
let patientIds: ReadonlyMap<number, string>
beforeAll(async () => {
  h = await createHarness()
  const ids = ['p1', 'p2', 'p3', 'gone']
  await h.load([
    ...ids.map((id) => ({ resourceType: 'Patient', id })),
    { resourceType: 'Observation', id: 'o', subject: { reference: 'Patient/p1' } },
    {
      resourceType: 'Group',
      id: 'g',
      member: ['p1', 'p2'].map((id) => ({ entity: { reference: `Patient/${id}` } })),
    },
    { resourceType: 'Group', id: 'gone' },
  ])
  await h.remove('Patient/gone')
  await h.remove('Group/gone')
  const { rows } = await sql<{
    id: string
    key: number
  }>`select id, resource_key as key from resource`.execute(h.deps.db.query)
  patientIds = new Map(rows.map(({ id, key }) => [key, id]))
})
afterAll(() => h.close())

type Habits = Pick<Config, 'compat' | 'headers'>
const habits: readonly Habits[] = [
  { compat: [], headers: 'lenient' },
  { compat: ['patient-in-query', 'type-alias'], headers: 'lenient' },
  { compat: [], headers: 'strict' },
]
const habitArbitrary = fc.oneof(
  ...habits.map((habit, i) => ({ weight: 3 - i, arbitrary: fc.constant(habit) })),
)
const apps = new Map<Habits, App>()
const appWith = (given: Habits): App => {
  const app = apps.get(given) ?? createApp({ ...h.deps, config: { ...h.deps.config, ...given } }, () => {})
  apps.set(given, app)
  return app
}

const countJobs = async (): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from job`.execute(h.deps.db.query)
  return rows[0]?.n ?? 0
}

/** Name and text of all that a request says, by what its name means. `undefined` where it says nothing that can be understood. */
const saidBy = (
  given: FuzzedKickOff,
  search: string,
  { compat }: Habits,
): readonly (readonly [string, string | undefined])[] => {
  const query = [...new URL(`http://localhost/${search}`).searchParams]
  const entries = given.method === 'POST' && given.body.kind === 'parameters' ? given.body.entries : []
  return [...query, ...entries.map(({ name, text }) => [name, text] as const)].map(([name, text]) => [
    compat.includes('type-alias') && name === 'type'
      ? '_type'
      : name.replace(/^_typefilter$/i, '_typeFilter'),
    text,
  ])
}

/** What an accepted job is, against what was asked for. */
const expectNotWider = async (
  jobId: string,
  given: FuzzedKickOff,
  search: string,
  habit: Habits,
): Promise<void> => {
  const job = await readJob(h.deps.db, jobId)
  if (job === undefined) throw new Error('there is no such job')
  const prefer = parsePrefer(given.headers.prefer)
  const isLenient = prefer.handling === 'lenient'
  const said = saidBy(given, search, habit)
  const textsOf = (...names: readonly string[]) =>
    said.filter(([name]) => names.includes(name)).map(([, text]) => text ?? '')
  const listOf = (name: string) =>
    textsOf(name)
      .flatMap((text) => text.split(','))
      .map((text) => text.trim())

  for (const [name, text] of said) {
    expect(name).not.toMatch(/^typefilter$/i)
    if (isExportParameterName(name)) expect(text).toBeDefined()
    else if (name !== '_pretty') expect(isLenient, name).toBe(true)
  }
  const types = job.typeIds.map(typeOfId)
  expect(new Set<string>(types)).toEqual(new Set(listOf('_type').filter(isResourceType)))
  expect(types.length > 0).toBe(textsOf('_type').length > 0)

  const { rows } = await sql<{
    parameters: string
  }>`select parameters from job where job_id = ${jobId}`.execute(h.deps.db.query)
  const { untilMs } = JSON.parse(rows[0]?.parameters ?? '{}')
  expect(job.sinceMs).toBe(textsOf('_since').map((text) => parseInstant(text)?.floorMs)[0])
  expect(job.hasSince).toBe(textsOf('_since').length > 0)
  expect(untilMs).toBe(textsOf('_until', '_till').map((text) => parseInstant(text)?.ceilMs)[0])

  const asked =
    textsOf('patient').length === 0
      ? undefined
      : new Set(
          listOf('patient').map((text) =>
            text.replace(/^.*[Pp]atient\/|\/_history.*$/g, '').replace(/\/_history.*$/, ''),
          ),
        )
  expect(job.patientKeys === undefined).toBe(asked === undefined)
  const ids = (job.patientKeys ?? []).map((key) => patientIds.get(key) ?? '')
  for (const id of ids) expect(asked).toContain(id)
  if (!isLenient) expect(ids).toHaveLength(asked?.size ?? 0)
  const isOfPatients = asked !== undefined || job.shape.organizedBy !== undefined
  expect(job.level).toBe(given.level === 'system' && isOfPatients ? 'patient' : given.level)
  expect(job.groupKey === undefined ? undefined : patientIds.get(job.groupKey)).toBe(
    given.level === 'group' ? 'g' : undefined,
  )

  const { typeFilters, elements, associated, organizedBy, allowsPartialManifests, separatesStatus, tuning } =
    job.shape
  const askedElements = listOf('_elements').map((text) => text.slice(text.indexOf('.') + 1))
  for (const text of textsOf('_typeFilter'))
    expect(text.split(/,(?=[A-Z]\w*\?)/).every((one) => typeFilters.includes(one.trim()))).toBe(true)
  expect(typeFilters.length > 0).toBe(textsOf('_typeFilter').length > 0)
  if (elements === undefined) expect(askedElements.length === 0 || isLenient).toBe(true)
  for (const element of [...(elements?.everywhere ?? []), ...Object.values(elements?.byType ?? {}).flat()])
    expect(askedElements).toContain(element)
  if (textsOf('includeAssociatedData').length === 0) expect(associated).toEqual(plainShape.associated)
  if (organizedBy !== undefined) expect(textsOf('organizeOutputBy')).toContain(organizedBy)
  if (allowsPartialManifests)
    expect(textsOf('allowPartialManifests').map((text) => text.toLowerCase())).toContain('true')
  if (separatesStatus) expect(prefer.separateExportStatus).toBe(true)
  for (const rows of [tuning.pageRows, tuning.patientsAtOnce])
    expect(rows === undefined || (rows >= 1 && rows <= 10_000)).toBe(true)
  expect([undefined, 1]).toContain(tuning.lanes)
  expect(job.partBytes).toBeLessThanOrEqual(2 * h.deps.config.limits.partBytes)

  const outcomes = (await readOutcomeLines(h.deps.db, jobId))
    .split('\n')
    .slice(0, -1)
    .map((line) => schemas.OperationOutcome.parse(JSON.parse(line)))
  const ignored = outcomes.flatMap(({ issue }) => {
    const names = new Set(
      issue.flatMap(({ diagnostics = '' }) => /^Ignored parameter "(.*?)": /s.exec(diagnostics)?.[1] ?? []),
    )
    expect(names.size).toBeLessThanOrEqual(1)
    return [...names]
  })
  expect(new Set(ignored).size).toBe(ignored.length)
  if (!isLenient)
    expect(outcomes.filter(({ issue }) => issue.some(({ severity }) => severity !== 'information'))).toEqual(
      [],
    )
}

/** A refusal that a client can read, and that says what of the request it is about. */
const expectRefusal = async (
  response: Response,
  given: FuzzedKickOff,
  search: string,
  habit: Habits,
): Promise<void> => {
  expect(response.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8')
  if (given.method === 'HEAD') return
  const { issue } = schemas.OperationOutcome.parse(await response.json())
  const diagnostics = issue.map((each) => each.diagnostics).join()
  const names = saidBy(given, search, habit).map(([name]) =>
    echoText(/^_typefilter$/i.test(name) ? '_typeFilter' : name),
  )
  const isNamed = names.some(
    (name) => diagnostics.includes(`"${name}"`) || (name !== '' && diagnostics.includes(`${name} "`)),
  )
  const isAbout = /\bbody\b|\bheader (Accept|Prefer)\b|\bGroup\b|\bURL\b|more than 1000 parameters/.test(
    diagnostics,
  )
  expect(isNamed || isAbout, diagnostics).toBe(true)
  expect(diagnostics.length).toBeLessThan(200_000)
}

describe('A kick-off of whatever kind', () => {
  test('is accepted as it was meant, or refused in words: never 5xx, and never wider than asked', async () => {
    const statuses = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(kickOffArbitrary, habitArbitrary, async (given, habit) => {
        const before = await countJobs()
        const { search, init } = requestOf(given)
        const response = await appWith(habit).request(given.path + search, init)
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
        if (response.status === 202) {
          const jobId = response.headers.get('content-location')?.split('/').at(-1) ?? ''
          await expectNotWider(jobId, given, search, habit)
          return
        }
        expect(response.status).toBeGreaterThanOrEqual(400)
        expect(response.status).toBeLessThan(500)
        await expectRefusal(response, given, search, habit)
        expect(await countJobs()).toBe(before)
      }),
      { numRuns: 1500 },
    )
    // Otherwise it would be nothing but noise that is tried.
    expect(statuses.get(202) ?? 0).toBeGreaterThan(100)
    for (const status of [400, 404, 405, 406, 415])
      expect(statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(0)
  })

  test('with one parameter is refused, if at all, by its name and its value', async () => {
    const paths = ['/fhir/$export', '/fhir/Patient/$export', '/fhir/Group/g/$export']
    await fc.assert(
      fc.asyncProperty(pairArbitrary, fc.constantFrom(...paths), async (pair, path) => {
        const search = new URLSearchParams([[...pair]])
        const response = await h.request(`${path}?${search}`, { method: 'POST' })
        if (response.status === 202) return
        expect(response.status).toBe(400)
        const [[name = '', value = ''] = []] = [...search]
        const { issue } = schemas.OperationOutcome.parse(await response.json())
        const diagnostics = issue[0]?.diagnostics ?? ''
        expect(diagnostics).toMatch(/^Cannot (process|read) /)
        const meant = echoText(name === '_typefilter' ? '_typeFilter' : name)
        expect(diagnostics.includes(`"${meant}"`) || diagnostics.includes(` ${meant} "`), diagnostics).toBe(
          true,
        )
        if (
          !isExportParameterName(name) ||
          /longer than|empty element|system level has none/.test(diagnostics)
        )
          return
        const shown = [value, ...value.split(',').map((element) => element.trim())].map(echoText)
        expect(
          shown.some((text) => diagnostics.includes(text)),
          diagnostics,
        ).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
