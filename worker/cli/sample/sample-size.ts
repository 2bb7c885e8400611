import { SluiceError } from '../../errors.ts'
import { maxSamplePatients, maxSampleSeed, type SampleSize } from '../../sample/sample-population.ts'

/** The size that options give. */
export const readSampleSize = (patients: string, seed: string): SampleSize => ({
  patients: whole('--patients', patients, 1, maxSamplePatients),
  seed: whole('--seed', seed, 0, maxSampleSeed),
})

const whole = (option: string, text: string, least: number, most: number): number => {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new SluiceError(
    'invalid',
    `Cannot make a sample of ${option} "${text}": it must be a whole number from ${least} to ${most}`,
  )
}
