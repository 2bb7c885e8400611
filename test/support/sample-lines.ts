import { samplePopulation } from '../../worker/sample/sample-population.ts'

/** The lines of the sample population: what to test with, unless a test needs shapes of its own (`population.ts` says which). */
export const sampleLines = (patients: number, seed = 1): readonly string[] =>
  Array.from(samplePopulation({ patients, seed }), ({ text }) => text)
