import type { ExportTuning } from './export-shape.ts'

/** What a wish for memory comes to, where no container is made for an export: how much of it is worked on at once. */
export type MemoryProfile = {
  readonly name: 'small' | 'medium' | 'large'
  readonly tuning: Pick<ExportTuning, 'pageRows' | 'lanes'>
}

/** The nearest profile to a Kubernetes quantity such as `512Mi` or `2G`; `undefined` for what is none. */
export const profileOfMemory = (text: string): MemoryProfile | undefined => {
  const bytes = parseQuantity(text.trim())
  return bytes === undefined ? undefined : profileOf(bytes)
}

export const smallestProfile = (profiles: readonly MemoryProfile[]): MemoryProfile | undefined =>
  [small, medium, large].find((profile) => profiles.includes(profile))

/** `medium` is what the service does by itself. `large` adds to it only rows: its lanes are all that the service has. */
const small: MemoryProfile = { name: 'small', tuning: { pageRows: 500, lanes: 1 } }
const medium: MemoryProfile = { name: 'medium', tuning: {} }
const large: MemoryProfile = { name: 'large', tuning: { pageRows: 10_000 } }

const GiB = 2 ** 30

/** They stand for 512 MiB, 2 GiB and 8 GiB; half-way between them, by ratio, are 1 GiB and 4 GiB. */
const profileOf = (bytes: number): MemoryProfile => {
  if (bytes < GiB) return small
  return bytes < 4 * GiB ? medium : large
}

/** Kubernetes, "Resource units": a decimal number with a power of ten or of 1024 behind it. */
const parseQuantity = (text: string): number | undefined => {
  const [, digits = '', unit = '', exponent = '0'] =
    /^(\d{1,18}(?:\.\d{0,9})?|\.\d{1,9})([mkMGTPE]|[KMGTPE]i|)(?:[eE]([-+]?\d{1,2}))?$/.exec(text) ?? []
  const factor = factorOf(unit)
  if (digits === '' || factor === undefined || (unit !== '' && exponent !== '0')) return undefined
  return Number(digits) * factor * 10 ** Number(exponent)
}

const factorOf = (unit: string): number | undefined => {
  if (unit === 'm') return 0.001
  const power = ['', 'K', 'M', 'G', 'T', 'P', 'E'].indexOf(unit.charAt(0).toUpperCase())
  return power < 0 ? undefined : (unit.endsWith('i') ? 1024 : 1000) ** power
}
