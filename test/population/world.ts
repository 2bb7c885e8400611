import fc from '../support/fast-check.ts'
import type { Harness } from '../support/harness.ts'

/**
 * What has been written through a harness, in order, and what the rules of populations make of it: an evaluation of its own, that looks
 * at resources and their history and knows nothing of tables.
 */
export type World = {
  /** How many versions there are: a point in the history. */
  readonly length: number
  write(write: Write): Promise<void>
  expected(question: Question): Expected
  /**
   * The same organized by Patient: each has all that is his and new, or new because he is; a Group is in the first block that can have it.
   * `ids` are those of all patients, in the order of blocks.
   */
  expectedBlocks(question: Question, ids: readonly string[]): ExpectedBlocks
  /** Ids of patients who are there now, and members of the group now, where there is one. */
  patientsNow(groupId: string | undefined, nowMs: number): ReadonlySet<string>
  /** Now, or at a point. */
  isThere(name: string, point?: number): boolean
}

export type Member = {
  readonly entity: string
  readonly inactive?: boolean
  readonly start?: string
  readonly end?: string
}
export type Write =
  | { readonly kind: 'Patient'; readonly id: string; readonly links: readonly string[] }
  | { readonly kind: 'Observation'; readonly id: string; readonly patients: readonly string[] }
  | { readonly kind: 'Group'; readonly id: string; readonly members: readonly Member[] }
  | { readonly kind: 'Medication'; readonly id: string }
  | { readonly kind: 'delete'; readonly name: string }

export type Level = 'system' | 'patient' | 'group'
export type Question = {
  readonly level: Level
  readonly groupId?: string | undefined
  readonly listed?: readonly string[] | undefined
  readonly types?: readonly string[] | undefined
  /** Points in the history: all up to `since` is known to the client; `end` is the snapshot; `until` cuts off what is younger. */
  readonly since?: number | undefined
  readonly sinceMs?: number | undefined
  readonly until?: number | undefined
  readonly end: number
  readonly transactionTime: number
  readonly backfill: boolean
}
/** Sorted. */
export type Expected = { readonly lines: readonly string[]; readonly deleted: readonly string[] }

/** In their order, the id of the patient and the lines behind his header. */
export type ExpectedBlocks = readonly (readonly [id: string, lines: readonly string[]])[]

type Version = { readonly name: string; readonly write: Write; readonly line: string | undefined }
type Current = Version & { readonly point: number }

export const base = 'http://127.0.0.1:8080/fhir'

export const createWorld = (harness: Pick<Harness, 'put' | 'remove'>): World => {
  const versions: Version[] = []
  const last = (name: string, point: number): Current | undefined => {
    const at = versions.slice(0, point).findLastIndex((version) => version.name === name)
    const version = versions[at]
    return version === undefined ? undefined : { ...version, point: at + 1 }
  }
  const isLive = (name: string, point: number): boolean => last(name, point)?.line !== undefined

  const write = async (given: Write): Promise<void> => {
    if (given.kind === 'delete') {
      const response = await harness.remove(given.name)
      if (response.status !== 204) throw new Error(`DELETE ${given.name} answered ${response.status}`)
      const before = last(given.name, versions.length)
      if (before?.line !== undefined)
        versions.push({ name: given.name, write: before.write, line: undefined })
      return
    }
    const response = await harness.put(resourceOf(given, versions.length))
    if (!response.ok) throw new Error(`PUT answered ${response.status}: ${await response.text()}`)
    versions.push({ name: `${given.kind}/${given.id}`, write: given, line: await response.text() })
  }

  /** The entries of a group that count at a point and an instant, by the names of their entities. */
  const entriesOf = (name: string, point: number, ms: number): readonly string[] => {
    const group = last(name, point)
    if (group?.line === undefined || group.write.kind !== 'Group') return []
    return group.write.members
      .filter((member) => !member.inactive)
      .filter(({ start }) => start === undefined || Date.parse(start) <= ms)
      .filter(({ end }) => end === undefined || Date.parse(end) >= ms)
      .flatMap(({ entity }) => localName(entity) ?? [])
  }
  const reach = (from: string, edges: (name: string) => readonly string[]): ReadonlySet<string> => {
    const seen = new Set([from])
    for (const name of seen) for (const next of edges(name)) seen.add(next)
    return seen
  }

  /** Who belongs to an export, and what of it is new. */
  const populationOf = (question: Question) => {
    const { level, groupId, listed, types, since = 0, sinceMs = 0, end, transactionTime, backfill } = question
    const { until = end } = question
    const isAll = level === 'patient' && listed === undefined
    const at = (name: string) => entriesOf(name, end, transactionTime)
    const before = (name: string) => entriesOf(name, since, sinceMs)
    const both = (name: string) => at(name).filter((next) => before(name).includes(next))
    const group = `Group/${groupId}`
    const reached = level === 'group' ? reach(group, at) : undefined
    const stayed = level === 'group' ? reach(group, both) : undefined
    const isGroupOfJob = (name: string) =>
      (reached?.has(name) ?? false) && (name === group || isLive(name, end))
    const isListed = (name: string) => listed === undefined || listed.some((id) => name === `Patient/${id}`)
    /** What the job is about, dead or alive. */
    const isAsked = (name: string) => isListed(name) && (reached === undefined || reached.has(name))
    const isIn = (name: string) => isAsked(name) && isLive(name, end)
    const isKnown = (name: string) =>
      isAsked(name) && isLive(name, since) && (stayed === undefined || stayed.has(name))
    const brings = (name: string) => isIn(name) && !isKnown(name) && (!isLive(name, since) || backfill)
    const hasNoStranger = (members: readonly Member[], isOurs: (name: string) => boolean) =>
      members.every(({ entity }) => {
        const name = localName(entity)
        return name !== undefined && (name.startsWith('Patient/') ? isOurs(name) : isGroupOfJob(name))
      })
    const isOfType = (kind: string) =>
      types === undefined
        ? level === 'system' || (kind !== 'Medication' && (kind !== 'Group' || isAll))
        : types.includes(kind)
    return { since, end, until, isAll, isAsked, isIn, isKnown, brings, hasNoStranger, isOfType }
  }

  const expected = (question: Question): Expected => {
    const { level } = question
    const population = populationOf(question)
    const { since, end, until, isAll, isAsked, isIn, isKnown, brings, hasNoStranger, isOfType } = population
    const lines: string[] = []
    const deleted: string[] = []
    for (const name of new Set(versions.slice(0, end).map((version) => version.name))) {
      const current = last(name, end)
      if (current === undefined || current.write.kind === 'delete' || !isOfType(current.write.kind)) continue
      const { line, point, write: content } = current
      if (point > until) continue
      const patients = content.kind === 'Patient' ? [name] : patientsOf(content)
      const isStrict = content.kind === 'Group' && level !== 'system' && !isAll
      if (line === undefined) {
        if (point <= since || !isLive(name, since)) continue
        const isOurs = isAll ? (patient: string) => isLive(patient, since) : isAsked
        if (level !== 'system' && !patients.some(isOurs)) continue
        if (isStrict && !hasNoStranger(content.members, isAsked)) continue
        deleted.push(name)
        continue
      }
      if (level === 'system') {
        if (point > since) lines.push(line)
        continue
      }
      if (!patients.some(isIn) || (isStrict && !hasNoStranger(content.members, isIn))) continue
      const isNews = point > since || (patients.some(brings) && (isStrict || !patients.some(isKnown)))
      if (isNews) lines.push(line)
    }
    return { lines: lines.sort(), deleted: deleted.sort() }
  }

  const expectedBlocks = (question: Question, ids: readonly string[]): ExpectedBlocks => {
    const { since, end, until, isAll, isIn, brings, hasNoStranger, isOfType } = populationOf(question)
    const ofBlock = ids.filter((id) => isIn(`Patient/${id}`)).map((id) => ({ id, news: [] as Current[] }))
    const currents = [...new Set(versions.slice(0, end).map(({ name }) => name))].flatMap(
      (name) => last(name, end) ?? [],
    )
    for (const current of currents) {
      const { line, point, name, write: content } = current
      if (line === undefined || point > until || !isOfType(content.kind)) continue
      const isGroup = content.kind === 'Group'
      if (isGroup && !isAll && !hasNoStranger(content.members, isIn)) continue
      const patients = content.kind === 'Patient' ? [name] : patientsOf(content)
      const having = ofBlock.filter(
        ({ id }) => patients.includes(`Patient/${id}`) && (point > since || brings(`Patient/${id}`)),
      )
      for (const { news } of isGroup ? having.slice(0, 1) : having) news.push(current)
    }
    return ofBlock
      .filter(({ news }) => news.length > 0)
      .map(({ id, news }) => {
        const himself = last(`Patient/${id}`, end)
        const isThere = himself !== undefined && himself.point <= until && isOfType('Patient')
        const others = news
          .filter(({ write: { kind } }) => kind !== 'Patient')
          .toSorted((a, b) => a.write.kind.localeCompare(b.write.kind) || a.point - b.point)
        return [id, [...(isThere ? [himself] : []), ...others].flatMap(({ line }) => line ?? [])]
      })
  }

  return {
    get length() {
      return versions.length
    },
    write,
    expected,
    expectedBlocks,
    isThere: (name, point = versions.length) => isLive(name, point),
    patientsNow: (groupId, nowMs) => {
      const now = versions.length
      const names =
        groupId === undefined
          ? new Set(versions.map(({ name }) => name))
          : reach(`Group/${groupId}`, (name) => entriesOf(name, now, nowMs))
      return new Set(
        [...names].flatMap((name) =>
          name.startsWith('Patient/') && isLive(name, now) ? [name.slice('Patient/'.length)] : [],
        ),
      )
    },
  }
}

/** In whose compartments it is, by its elements that count; a Patient only in his own, as populations go. */
const patientsOf = (write: Write): readonly string[] => {
  switch (write.kind) {
    case 'Observation':
      return write.patients.flatMap((reference) => localName(reference) ?? [])
    case 'Group':
      return write.members
        .flatMap(({ entity }) => localName(entity) ?? [])
        .filter((name) => name.startsWith('Patient/'))
    default:
      return []
  }
}

/** `Type/id` of what is on this server. */
const localName = (reference: string): string | undefined => {
  const text = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference
  return /^([A-Z][A-Za-z]+\/[a-z0-9]+)(\/_history\/\d+)?$/.exec(text)?.[1]
}

const resourceOf = (
  write: Exclude<Write, { kind: 'delete' }>,
  count: number,
): { resourceType: string; id: string } => {
  // Of very different lengths, so that files and parts end everywhere in them.
  const text = { text: `${count} ${'x'.repeat((count * 37) % 150)}` }
  const reference = (to: string) => ({ reference: to })
  const named = { resourceType: write.kind, id: write.id }
  switch (write.kind) {
    case 'Patient':
      return {
        ...named,
        ...{ name: [text], link: write.links.map((other) => ({ other: reference(other) })) },
      }
    case 'Observation': {
      const [subject, ...performer] = write.patients.map(reference)
      return { ...named, ...{ note: [text], ...(subject && { subject }), performer } }
    }
    case 'Group':
      return { ...named, ...{ name: text.text, member: write.members.map(memberOf) } }
    case 'Medication':
      return { ...named, ...{ code: text } }
    default:
      return write satisfies never
  }
}

const memberOf = ({ entity, inactive, start, end }: Member): object => ({
  entity: entity === '' ? { identifier: { value: 'somebody' } } : { reference: entity },
  ...(inactive === undefined ? {} : { inactive }),
  ...(start === undefined && end === undefined ? {} : { period: { start, end } }),
})

const patientIds = ['a', 'b', 'c'] as const
const groupIds = ['g', 'h'] as const

export const patientIdArbitrary: fc.Arbitrary<string> = fc.constantFrom(...patientIds)
export const groupIdArbitrary = fc.constantFrom(...groupIds)

/** The same patient in all forms that a reference to this server takes. */
const patientReference = fc
  .record({ id: patientIdArbitrary, form: fc.constantFrom('', '', '', `${base}/`, 'versioned') })
  .map(({ id, form }) => (form === 'versioned' ? `Patient/${id}/_history/1` : `${form}Patient/${id}`))
const strangeReference = fc.constantFrom(
  'http://elsewhere.example/fhir/Patient/a',
  '#contained',
  'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7',
)

const startOfTime = Date.parse('2026-01-01T00:00:00.000Z')
const instantArbitrary = fc
  .integer({ min: -2, max: 12 })
  .map((s) => new Date(startOfTime + s * 1000).toISOString())
const memberArbitrary: fc.Arbitrary<Member> = fc
  .record(
    {
      entity: fc.oneof(
        { weight: 8, arbitrary: patientReference },
        { weight: 3, arbitrary: groupIdArbitrary.map((id) => `Group/${id}`) },
        {
          weight: 1,
          arbitrary: fc.oneof(strangeReference, fc.constantFrom('Practitioner/p', 'Device/d', '')),
        },
      ),
      inactive: fc.constantFrom(false, false, true),
      start: instantArbitrary,
      end: instantArbitrary,
    },
    { requiredKeys: ['entity'] },
  )
  .map(({ start, end, ...member }) => ({
    ...member,
    // Most members have no period, or nothing would ever be exported.
    ...(start !== undefined && end !== undefined ? { start, end } : {}),
  }))

export const writeArbitrary: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('Patient' as const),
      id: patientIdArbitrary,
      links: fc.array(patientReference, { maxLength: 1 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('Observation' as const),
      id: fc.constantFrom('o', 'p', 'q'),
      patients: fc.array(
        fc.oneof({ weight: 6, arbitrary: patientReference }, { weight: 1, arbitrary: strangeReference }),
        {
          maxLength: 3,
        },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('Group' as const),
      id: groupIdArbitrary,
      members: fc.array(memberArbitrary, { maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('Medication' as const), id: fc.constantFrom('m') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      name: fc.oneof(
        patientIdArbitrary.map((id) => `Patient/${id}`),
        fc.constantFrom('o', 'p', 'q').map((id) => `Observation/${id}`),
        groupIdArbitrary.map((id) => `Group/${id}`),
      ),
    }),
  },
)
