import type { DemoManifest } from './export-system.ts'

/** Where the export has other counts than the sample; `undefined` when they are equal. */
export const differenceText = (
  loaded: Readonly<Record<string, number>>,
  output: DemoManifest['output'],
): string | undefined => {
  const exported = new Map<string, number>()
  for (const { type, count } of output) exported.set(type, (exported.get(type) ?? 0) + count)
  const types = [...new Set([...Object.keys(loaded), ...exported.keys()])].sort()
  const differences = types.flatMap((type) => {
    const [expected, found] = [loaded[type] ?? 0, exported.get(type) ?? 0]
    return expected === found ? [] : [`  ${type}: ${expected} in the sample, ${found} exported`]
  })
  if (differences.length === 0) return undefined
  return [
    'The export differs from the sample, as it does once somebody has written to this database:',
    ...differences,
  ].join('\n')
}

/** What to try next, ready to be copied. */
export const whatNextText = async (
  origin: string,
  base: string,
  location: string,
  { output }: DemoManifest,
): Promise<string> =>
  [
    '',
    'Go on with:',
    `  curl -i '${base}/Patient/p1'`,
    `  curl -i '${base}/Patient/$export?_type=Patient,Observation'`,
    `  curl -i '${base}/Group/diabetics/$export'`,
    `  curl -s '${location}'`,
    ...(output[0] ? [`  curl -s --compressed '${output[0].url}' | head -n 1`] : []),
    '',
    ...((await servesPages(origin)) ? [`Dashboard: ${origin}/`] : []),
  ].join('\n')

const servesPages = async (origin: string): Promise<boolean> => {
  const response = await fetch(`${origin}/`, { headers: { Accept: 'text/html' } })
  await response.body?.cancel()
  return response.ok && (response.headers.get('content-type') ?? '').startsWith('text/html')
}
