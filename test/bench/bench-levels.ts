import type { Exported, Running } from './bench-server.ts'
import { median, row } from './bench-tools.ts'

const rounds = 5
const groupSize = 20
const elements = 'id,birthDate,subject,code,value'

/**
 * Exports of other levels and of parts, in turns with one of everything: at Patient level the speed is to be at least 0.8 of that of
 * system level; a Group, a type and what changed are to cost in proportion to what they bring, some elements not much more than all.
 */
export const benchLevels = async (server: Running): Promise<void> => {
  const ids = await patientIds(server)
  await putGroup(server, 'bench-20', ids.slice(0, groupSize))
  await putGroup(server, 'bench-all', ids)
  const { transactionTime } = await server.exportAll('$export?_type=Patient')
  const changed = await changeSome(server)
  const cases: readonly (readonly [string, string])[] = [
    ['Patient level', 'Patient/$export'],
    [`Group of ${groupSize} of ${ids.length}`, 'Group/bench-20/$export'],
    [`Group of ${ids.length}`, 'Group/bench-all/$export'],
    ['_type=Observation', '$export?_type=Observation'],
    [`_elements=${elements}`, `$export?_elements=${elements}`],
    [`_since, ${changed} changed`, `$export?_since=${encodeURIComponent(transactionTime)}`],
  ]
  const system: Exported[] = []
  const others = cases.map((): Exported[] => [])
  for (let round = 0; round < rounds; round++) {
    system.push(await server.exportAll())
    for (const [i, [, path]] of cases.entries()) others[i]?.push(await server.exportAll(path))
  }
  const [all] = system
  for (const [i, [name]] of cases.entries()) {
    const runs = others[i] ?? []
    const lines = runs[0]?.lines ?? 0
    const time = median(runs.map(({ seconds }) => seconds)) / median(system.map(({ seconds }) => seconds))
    const share = lines / (all?.lines ?? 1)
    row(
      'part',
      `${name}: ${percent(share)} of the lines in ${percent(time)} of the time, speed ${(share / time).toFixed(2)}`,
    )
  }
}

/** Output organized by Patient, in turns with the same by types: the same resources, read patient by patient, and measured before. */
export const benchOrganized = async (server: Running): Promise<void> => {
  const [byType, organized] = ['Patient/$export', 'Patient/$export?organizeOutputBy=Patient']
  await server.exportAll(organized)
  const warmBytes = server.residentBytes()
  server.resetPeak()
  const ratios: number[] = []
  for (let round = 0; round < rounds; round++) {
    const plain = await server.exportAll(byType)
    ratios.push((await server.exportAll(organized)).seconds / plain.seconds)
  }
  const growth = (server.peakBytes() - warmBytes) / 2 ** 20
  row(
    'organized',
    `by Patient: ${median(ratios).toFixed(2)} of the time of Patient level by types, median of ${rounds}; peak RSS ${growth.toFixed(0)} MiB above that after a warm-up export`,
  )
}

/** What a filter costs, against reading the type once: an export of all of it, in turns. Each filter also says how much it selects. */
export const benchFilters = async (server: Running): Promise<void> => {
  const filters: readonly (readonly [string, string])[] = [
    ['Observation', 'code=72514-3'],
    ['Observation', 'category=survey'],
    ['Observation', 'date=2015-03'],
    ['Observation', 'code=8302-2&date=ge2020'],
    ['Observation', 'value-quantity=gt200'],
    ['Patient', 'name=Ab'],
    ['Condition', 'code:text=viral'],
  ]
  for (const [type, query] of filters) {
    const path = `$export?_type=${type}`
    const filtered = `${path}&_typeFilter=${encodeURIComponent(`${type}?${query}`)}`
    const ratios: number[] = []
    let share = 0
    for (let round = 0; round < rounds; round++) {
      const all = await server.exportAll(path)
      const some = await server.exportAll(filtered)
      ratios.push(some.seconds / all.seconds)
      share = some.lines / all.lines
    }
    row(
      'filter',
      `${type}?${query}: ${percent(share)} of the lines in ${percent(median(ratios))} of the time of all`,
    )
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

const patientIds = async ({ base }: Running): Promise<readonly string[]> => {
  const lines = await exportedLines(base, 'Patient')
  return lines.map((line) => String(JSON.parse(line).id))
}

/** One in a hundred of the Observations, and of the Patients, written again as they are. */
const changeSome = async ({ base }: Running): Promise<number> => {
  const lines = await exportedLines(base, 'Observation,Patient')
  const some = lines.filter((_, i) => i % 100 === 0)
  const response = await fetch(new URL('/admin/api/ingest', base), {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+ndjson' },
    body: some.map((line) => `${line}\n`).join(''),
  })
  const { stored } = (await response.json()) as { readonly stored: number }
  return stored
}

const exportedLines = async (base: string, types: string): Promise<readonly string[]> => {
  const location = (await fetch(`${base}/$export?_type=${types}`)).headers.get('content-location') ?? ''
  let response = await fetch(location)
  while (response.status === 202) response = await fetch(location)
  const { output } = (await response.json()) as { readonly output: readonly { readonly url: string }[] }
  const texts = await Promise.all(output.map(async ({ url }) => (await fetch(url)).text()))
  await fetch(location, { method: 'DELETE' })
  return texts.flatMap((text) => text.trimEnd().split('\n'))
}

const putGroup = async ({ base }: Running, id: string, ids: readonly string[]): Promise<void> => {
  const member = ids.map((patient) => ({ entity: { reference: `Patient/${patient}` } }))
  const response = await fetch(`${base}/Group/${id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Group', id, type: 'person', actual: true, member }),
  })
  if (!response.ok) throw new Error(`the Group was answered ${response.status}`)
}
