import { loadLines, type Population, sceneLimits, smallPopulation } from './export-scene.ts'

/**
 * The small population as the members of a Group, some of whom have come since `_since`, some by a nested Group, one of them twice, and
 * one of whom is gone; what all of them share, and what comes with that.
 */
export const groupPopulation: Population = {
  limits: { ...sceneLimits, rangeBytes: 6000 },
  load: async (harness) => {
    await loadLines(harness, [groupLine('cohort', ...membersOf('p1', 'p7', 'p9'), ...nested)])
    const since = await smallPopulation.load(harness)
    await loadLines(harness, [
      groupLine('cohort', ...membersOf('p1', 'p2', 'p4', 'p4', 'p7', 'p8', 'p9'), ...nested),
      groupLine('nested', ...membersOf('p2', 'p5', 'p6'), 'Group/cohort'),
      sharedLine,
      ...associatedLines,
    ])
    return since
  },
  change: async (harness) => {
    await smallPopulation.change(harness)
    await loadLines(harness, [groupLine('cohort', ...membersOf('p3')), groupLine('nested')])
    await harness.remove('Group/cohort')
  },
  kickOffPath: 'Group/cohort/$export',
}

/** The same patients, and all others, in blocks, some of which no file can hold. */
export const organizedPopulation: Population = {
  ...groupPopulation,
  kickOffPath: 'Patient/$export',
  kickOffQuery: '&organizeOutputBy=Patient',
}

/** Everybody, with the latest Provenance of each resource, of which some have more than a page takes. */
export const everybodyPopulation: Population = {
  limits: { ...sceneLimits, rangeBytes: 6000 },
  load: async (harness) => {
    const since = await smallPopulation.load(harness)
    await loadLines(harness, [sharedLine, ...associatedLines])
    return since
  },
  change: async (harness) => {
    await smallPopulation.change(harness)
    await loadLines(harness, [provenanceLine('v9', 'Observation/shared'), practitionerLine('r1')])
    await harness.remove('Provenance/v2')
  },
  kickOffPath: 'Patient/$export',
  kickOffQuery: '&includeAssociatedData=LatestProvenanceResources',
}

const membersOf = (...ids: readonly string[]): readonly string[] => ids.map((id) => `Patient/${id}`)
const nested = ['Group/nested']

const groupLine = (id: string, ...references: readonly string[]): string =>
  JSON.stringify({
    resourceType: 'Group',
    id,
    type: 'person',
    actual: true,
    member: references.map((reference) => ({ entity: { reference } })),
  })

const sharedLine = JSON.stringify({
  resourceType: 'Observation',
  id: 'shared',
  status: 'final',
  subject: { reference: 'Patient/p2' },
  performer: [
    ...[1, 4, 3].map((n) => ({ reference: `Patient/p${n}` })),
    ...[1, 2, 3].map((n) => ({ reference: `Practitioner/r${n}` })),
  ],
})

const provenanceLine = (id: string, ...targets: readonly string[]): string =>
  JSON.stringify({
    resourceType: 'Provenance',
    id,
    target: targets.map((reference) => ({ reference })),
    recorded: `2026-01-01T00:00:0${Number(id.slice(1)) % 7}Z`,
    agent: [{ who: { reference: 'Practitioner/writer' } }],
  })

const practitionerLine = (id: string): string =>
  JSON.stringify({ resourceType: 'Practitioner', id, name: [{ text: 'x'.repeat(300) }] })

/** Provenance, and who is referred to, of each more than fits a part. */
const associatedLines: readonly string[] = [
  ...[1, 2, 3, 4, 5, 6].map((n) => provenanceLine(`v${n}`, `Observation/p${n}-o1`, 'Observation/shared')),
  ...['r1', 'r2', 'r3', 'writer'].map(practitionerLine),
]
