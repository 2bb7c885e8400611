export const KiB = 1024
export const MiB = 1024 * KiB
export const GiB = 1024 * MiB
export const TiB = 1024 * GiB

const bytesOfUnit: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ['kib', KiB],
  ['mib', MiB],
  ['gib', GiB],
  ['tib', TiB],
])

/** Plain digits, or a whole number of a unit: `8MiB`, `64 MB`. */
export const parseBytes = (text: string): number | undefined => {
  const match = /^(\d{1,15}) ?([a-z]*)$/i.exec(text)
  const factor = bytesOfUnit.get(match?.[2]?.toLowerCase() ?? '')
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor
}

/** The shortest exact way to write a number of bytes: 8388608 is `8MiB`, 4000000 is `4MB`, 4900000 is `4900kB`. */
export const showBytes = (value: number): string => {
  for (const [unit, size] of [
    ['TiB', TiB],
    ['GiB', GiB],
    ['MiB', MiB],
    ['KiB', KiB],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (value >= size && value % size === 0) return `${value / size}${unit}`
  }
  return String(value)
}
