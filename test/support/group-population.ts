import { loadLines, type Population, sceneLimits, smallPopulation } from './export-scene.ts'

/**
 * The small population as the members of a Group, some of whom have come since `_since`, some by a nested Group, one of them twice, and
 * one of whom is gone; and what all of them share.
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
  performer: [1, 4, 3].map((n) => ({ reference: `Patient/p${n}` })),
})
