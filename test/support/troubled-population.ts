import { type Damage, damageLine } from './damage.ts'
import { type Population, smallPopulation } from './export-scene.ts'

/** The small population in a store in which some of what an export should bring is missing or broken from its kick-off on. */
export const troubledPopulation: Population = {
  ...smallPopulation,
  change: async (harness) => {
    await smallPopulation.change(harness)
    for (const [name, damage] of damages) await damageLine(harness.deps.db, name, damage)
  },
}

/** In the middle of a file of several parts, twice in a row, at the end of a type, and everything of a type. */
const damages: readonly (readonly [name: string, damage: Damage])[] = [
  ['Observation/p2-o1', 'missing'],
  ['Observation/p3-o2', 'newline'],
  ['Observation/p3-o3', 'empty'],
  ['Condition/p6-c', 'other'],
  ['Account/exact', 'cut'],
]
export const troubledNames: readonly string[] = damages.map(([name]) => name)
