import fc from '../support/fast-check.ts'
import type { Harness } from '../support/harness.ts'

/**
 * What has been written through a harness, and what comes of it at each level, together with Provenance and what is referred to: an
 * evaluation of its own, of sets and quantifiers over versions, that knows nothing of tables, walks and pages.
 */
export type AssociatedWorld = {
  /** How many versions there are: a point in the history. */
  readonly length: number
  write(write: AssociatedWrite): Promise<void>
  remove(name: string): Promise<void>
  isThere(name: string): boolean
  /** Names of those who are there now, and at Group level members. */
  patientsNow(level: Level): readonly string[]
  expected(question: AssociatedQuestion): {
    readonly lines: readonly string[]
    readonly deleted: readonly string[]
  }
}

export type Level = 'system' | 'patient' | 'group'
export type AssociatedQuestion = {
  readonly level: Level
  readonly listed: readonly string[] | undefined
  readonly types: readonly string[] | undefined
  readonly provenance: 'default' | 'latest' | 'relevant'
  readonly history: boolean
  readonly tellsDeleted: boolean
  readonly backfill: boolean
  readonly additional: {
    readonly types: readonly string[]
    readonly maxDepth: number
    readonly onlySince: boolean
  }
  /** Points in the history. */
  readonly since: number | undefined
  readonly until: number
  readonly end: number
}

/** A resource by what it refers to; elements by their names, each a list of references. */
export type AssociatedWrite = {
  readonly name: string
  readonly elements: Readonly<Record<string, readonly string[]>>
  readonly recorded?: string | undefined
}
type Version = AssociatedWrite & { readonly line: string | undefined; readonly point: number }

const typeOf = (name: string): string => name.slice(0, name.indexOf('/'))
const isPatient = (name: string): boolean => name.startsWith('Patient/')

/** The elements by which each type is in compartments (R4), as far as the world has them. */
const owning: Readonly<Record<string, readonly string[]>> = {
  Observation: ['subject', 'performer'],
  Coverage: ['beneficiary'],
  Group: ['member'],
  Provenance: ['target'],
}
const compartmentTypes: readonly string[] = ['Patient', ...Object.keys(owning)]

/** `Type/id` of what is on this server. */
const localName = (reference: string): string => reference.replace(/\/_history\/\d+$/, '')

const refersTo = (
  version: AssociatedWrite,
  elements: readonly string[] = Object.keys(version.elements),
): readonly string[] => elements.flatMap((element) => version.elements[element] ?? []).map(localName)

/** The patients in whose compartments a version is; a Patient who links to another is not his. */
const ownersOf = (version: AssociatedWrite): readonly string[] =>
  isPatient(version.name)
    ? [version.name]
    : refersTo(version, owning[typeOf(version.name)] ?? []).filter(isPatient)

export const createAssociatedWorld = (harness: Pick<Harness, 'put' | 'remove'>): AssociatedWorld => {
  const versions: Version[] = []
  const at = (name: string, point: number): Version | undefined =>
    versions.findLast((version) => version.name === name && version.point <= point)
  const isLive = (name: string, point: number): boolean => at(name, point)?.line !== undefined
  const names = (point: number): readonly string[] => [
    ...new Set(versions.filter((version) => version.point <= point).map(({ name }) => name)),
  ]

  const write = async (given: AssociatedWrite): Promise<void> => {
    const response = await harness.put(resourceOf(given, versions.length))
    if (!response.ok) throw new Error(`PUT answered ${response.status}: ${await response.text()}`)
    versions.push({ ...given, line: await response.text(), point: versions.length + 1 })
  }
  const remove = async (name: string): Promise<void> => {
    const before = at(name, versions.length)
    const response = await harness.remove(name)
    if (response.status !== 204) throw new Error(`DELETE ${name} answered ${response.status}`)
    if (before?.line !== undefined) versions.push({ ...before, line: undefined, point: versions.length + 1 })
  }

  const entriesOf = (name: string, point: number): readonly string[] => {
    const version = at(name, point)
    return version?.line === undefined ? [] : refersTo(version, ['member'])
  }
  const reach = (edges: (name: string) => readonly string[]): ReadonlySet<string> => {
    const seen = new Set([group])
    for (const name of seen) for (const next of edges(name)) seen.add(next)
    return seen
  }

  const expected: AssociatedWorld['expected'] = (question) => {
    const { level, listed, types, history, end, until, backfill, additional } = question
    const since = question.since ?? 0
    const hasSince = question.since !== undefined
    const isAll = level === 'patient' && listed === undefined

    // Who it is about.
    const reached = reach((name) => entriesOf(name, end))
    const stayed = reach((name) =>
      entriesOf(name, end).filter((next) => entriesOf(name, since).includes(next)),
    )
    const isListed = (name: string) => listed === undefined || listed.includes(name)
    const isAsked = (name: string) =>
      isPatient(name) && isListed(name) && (level !== 'group' || reached.has(name))
    const isIn = (name: string) => isAsked(name) && isLive(name, end)
    const wasMember = (name: string) => level !== 'group' || stayed.has(name)
    const isKnown = (name: string) => isAsked(name) && isLive(name, since) && wasMember(name)
    const brings = (name: string) => isIn(name) && !isKnown(name) && (!isLive(name, since) || backfill)
    const hasNoStranger = (version: Version, isOurs: (name: string) => boolean) =>
      refersTo(version, ['member']).every((name) =>
        isPatient(name)
          ? isOurs(name)
          : level === 'group' && reached.has(name) && (name === group || isLive(name, end)),
      )

    const isTypeOfLevel = (type: string) => {
      if (level !== 'system' && !compartmentTypes.includes(type)) return false
      if (types !== undefined) return types.includes(type)
      return type !== 'Group' || level === 'system' || isAll
    }
    const isWantedType = (type: string) =>
      isTypeOfLevel(type) && (type !== 'Provenance' || question.provenance === 'default')
    const isStrictGroup = ({ name }: Version) => typeOf(name) === 'Group' && level !== 'system' && !isAll

    /** Whose a target is, at a point; of a Group only where Groups come by themselves. */
    const patientsOfTarget = (name: string, point: number, isOurs = isIn): readonly string[] => {
      const target = at(name, point)
      if (target?.line === undefined) return []
      if (isStrictGroup(target) && !(isTypeOfLevel('Group') && hasNoStranger(target, isOurs))) return []
      return ownersOf(target)
    }
    /** Whose it was at `_since`. A Group does not count among some: it may have held strangers then, so nobody need have it by that. */
    const patientsThen = (version: Version): readonly string[] =>
      refersTo(version, ['target'])
        .filter((name) => isAll || typeOf(name) !== 'Group')
        .flatMap((name) => patientsOfTarget(name, since))

    const isNewsOfPopulation = (version: Version): boolean => {
      const isNew = version.point > since
      if (typeOf(version.name) !== 'Provenance') {
        const owners = ownersOf(version)
        if (!owners.some(isIn) || (isStrictGroup(version) && !hasNoStranger(version, isIn))) return false
        return isNew || (owners.some(brings) && (isStrictGroup(version) || !owners.some(isKnown)))
      }
      const isNewBy = (name: string, owner: string): boolean =>
        brings(owner) || (!were.includes(owner) && (typeOf(name) !== 'Group' || isAll || isChanged(name)))
      const were = patientsThen(version)
      const about = refersTo(version, ['target']).flatMap((name) =>
        patientsOfTarget(name, end)
          .filter(isIn)
          .map((owner) => isNewBy(name, owner)),
      )
      return about.length > 0 && (isNew || (!were.some(isKnown) && about.includes(true)))
    }
    const isChanged = (name: string): boolean => (at(name, end)?.point ?? 0) > since

    const isShown = (version: Version) =>
      version.line !== undefined &&
      version.point <= Math.min(until, end) &&
      (history || at(version.name, end) === version)
    const exported = versions.filter(
      (version) =>
        isShown(version) &&
        isWantedType(typeOf(version.name)) &&
        (level === 'system' ? version.point > since : isNewsOfPopulation(version)),
    )

    // What is about it.
    const provenance = new Set<Version>()
    if (question.provenance !== 'default') {
      for (const name of new Set(exported.map((version) => version.name))) {
        const all = names(end)
          .flatMap((each) => at(each, end) ?? [])
          .filter((each) => typeOf(each.name) === 'Provenance' && each.line !== undefined)
          .filter((each) => refersTo(each, ['target']).includes(name))
          .sort((a, b) => compare(instantOf(a.recorded), instantOf(b.recorded)) || a.point - b.point)
        for (const each of question.provenance === 'latest' ? all.slice(-1) : all) provenance.add(each)
      }
    }

    // What it refers to.
    const out = new Set([...exported, ...provenance])
    let sources: readonly Version[] = level === 'system' ? [] : [...out]
    for (let depth = 0; depth < additional.maxDepth; depth++) {
      const next = new Set<Version>()
      for (const name of sources.flatMap((version) => refersTo(version))) {
        const version = at(name, end)
        if (version?.line === undefined || out.has(version)) continue
        const type = typeOf(name)
        const isWanted = additional.types.includes(type) && (types?.includes(type) ?? true)
        const isNobodys = ownersOf(version).length === 0 && refersTo(version).filter(isPatient).every(isIn)
        const isInTime = !additional.onlySince || (version.point > since && version.point <= until)
        if (isWanted && isNobodys && isInTime) next.add(version)
      }
      for (const version of next) out.add(version)
      sources = [...next]
    }

    // What is gone.
    const everLived = (name: string) =>
      versions.some((version) => version.name === name && version.point <= end && version.line !== undefined)
    const knowsSnapshot = hasSince && !history
    const isMember = (name: string) => {
      if (!isAll) return isAsked(name)
      return knowsSnapshot ? isLive(name, since) : everLived(name)
    }
    const isOfWanted = (last: Version) =>
      question.provenance === 'default' ||
      types === undefined ||
      refersTo(last, ['target']).some((name) => types.includes(typeOf(name)))
    const wasOurs = (last: Version, point: number): boolean => {
      const type = typeOf(last.name)
      if (type === 'Provenance') {
        if (level === 'system' || !isOfWanted(last)) return isOfWanted(last)
        return refersTo(last, ['target']).some((name) => {
          const target = versions.findLast(
            (version) => version.name === name && version.point < point && version.line !== undefined,
          )
          if (target === undefined) return false
          if (isStrictGroup(target) && !(isTypeOfLevel('Group') && hasNoStranger(target, isMember)))
            return false
          return ownersOf(target).some(isMember)
        })
      }
      if (level === 'system') return true
      return ownersOf(last).some(isMember) && (!isStrictGroup(last) || hasNoStranger(last, isMember))
    }
    const deleted = names(end).filter((name) => {
      const current = at(name, end)
      if (current === undefined || current.line !== undefined) return false
      if (current.point <= since || current.point > until) return false
      if (knowsSnapshot && !isLive(name, since)) return false
      const type = typeOf(name)
      const isWanted = isTypeOfLevel(type) || (type === 'Provenance' && question.provenance !== 'default')
      return isWanted && wasOurs(current, current.point)
    })

    return {
      lines: [...out].flatMap(({ line }) => line ?? []).sort(),
      deleted: hasSince || question.tellsDeleted ? [...deleted].sort() : [],
    }
  }

  return {
    get length() {
      return versions.length
    },
    write,
    remove,
    isThere: (name) => isLive(name, versions.length),
    patientsNow: (level) => {
      const now = versions.length
      const named = level === 'group' ? [...reach((name) => entriesOf(name, now))] : names(now)
      return named.filter((name) => isPatient(name) && isLive(name, now))
    },
    expected,
  }
}

export const group = 'Group/g'

/** Nanoseconds since the epoch, or less than any; `Date` knows of no more than milliseconds. */
const instantOf = (text: string | undefined): bigint => {
  const [, date = '', fraction = '', offset = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[-+]\d\d:\d\d)$/.exec(text ?? '') ?? []
  const ms = Date.parse(date + offset)
  return Number.isNaN(ms) ? -1n : BigInt(ms) * 1_000_000n + BigInt(fraction.slice(1).padEnd(9, '0') || 0)
}
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

const resourceOf = (
  { name, elements, recorded }: AssociatedWrite,
  count: number,
): { resourceType: string; id: string } => {
  const [resourceType = '', id = ''] = name.split('/')
  const reference = (to: string) => ({ reference: to })
  const members = Object.entries(elements).map(([element, references]) => [
    element,
    element === 'member' ? references.map((to) => ({ entity: reference(to) })) : references.map(reference),
  ])
  // Of very different lengths, so that files and parts end everywhere in them.
  const text = { text: `${count} ${'x'.repeat((count * 37) % 150)}` }
  return {
    resourceType,
    id,
    ...{ code: text, ...Object.fromEntries(members), ...(recorded === undefined ? {} : { recorded }) },
  }
}

const nameArbitrary = (type: string, ids: string): fc.Arbitrary<string> =>
  fc.constantFrom(...ids).map((id) => `${type}/${id}`)
const patient = nameArbitrary('Patient', 'abc')
const observation = nameArbitrary('Observation', 'op')
const provenance = nameArbitrary('Provenance', 'vwx')
const organization = nameArbitrary('Organization', 'kl')
const practitioner = nameArbitrary('Practitioner', 'r')
const device = nameArbitrary('Device', 'de')
const coverage = nameArbitrary('Coverage', 'y')
const versioned = (name: fc.Arbitrary<string>) =>
  fc.tuple(name, fc.constantFrom('', '', '', '/_history/1')).map(([text, version]) => text + version)
const some = (name: fc.Arbitrary<string>, maxLength: number, minLength = 0) =>
  fc.array(versioned(name), { minLength, maxLength })

const recordedArbitrary = fc.constantFrom(
  undefined,
  'yesterday',
  '2026-01-01',
  '2026-01-01T10:00:00Z',
  '2026-01-01T10:00:00.000+00:00',
  '2026-01-01T12:00:00+02:00',
  '2026-01-01T12:00:00.5+02:00',
  '2026-01-01T10:00:00.5001Z',
  '2026-01-01T10:00:00.50012Z',
  '2026-01-01T09:30:00-01:00',
  '2025-12-31T23:59:59Z',
)

const write = (
  name: fc.Arbitrary<string>,
  elements: Readonly<Record<string, fc.Arbitrary<readonly string[]>>>,
): fc.Arbitrary<AssociatedWrite> => fc.record({ name, elements: fc.record(elements) })

export const associatedWriteArbitrary: fc.Arbitrary<AssociatedWrite> = fc.oneof(
  {
    weight: 5,
    arbitrary: write(patient, { managingOrganization: some(organization, 1), link: fc.constant([]) }),
  },
  {
    weight: 6,
    arbitrary: write(observation, {
      subject: some(patient, 1),
      performer: some(fc.oneof(patient, practitioner, organization), 2),
      device: some(fc.oneof(device, device, coverage), 2),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      name: provenance,
      elements: fc.record({
        target: some(
          fc.oneof(
            { weight: 3, arbitrary: patient },
            { weight: 5, arbitrary: observation },
            { weight: 1, arbitrary: fc.oneof(provenance, coverage, organization, fc.constant(group)) },
          ),
          3,
          1,
        ),
        agent: some(fc.oneof(practitioner, device), 1),
      }),
      recorded: recordedArbitrary,
    }),
  },
  { weight: 2, arbitrary: write(organization, { partOf: some(organization, 1), endpoint: some(device, 1) }) },
  { weight: 2, arbitrary: write(practitioner, { qualification: some(organization, 1) }) },
  { weight: 2, arbitrary: write(device, { patient: some(patient, 1), owner: some(organization, 1) }) },
  {
    weight: 2,
    arbitrary: write(coverage, { beneficiary: some(patient, 1), payor: some(organization, 1) }),
  },
  {
    weight: 4,
    arbitrary: write(fc.constantFrom('Group/g', 'Group/g', 'Group/h'), {
      member: some(
        fc.oneof({ weight: 6, arbitrary: patient }, { weight: 1, arbitrary: fc.constant('Group/h') }),
        3,
      ),
    }),
  },
)

export const nameOfAnyArbitrary: fc.Arbitrary<string> = fc.oneof(
  patient,
  observation,
  provenance,
  organization,
  practitioner,
  device,
  coverage,
  fc.constantFrom('Group/g', 'Group/h'),
)
