import { expect, test } from 'vitest'
import { type Damage, damageLine } from '../support/damage.ts'
import { loadLines } from '../support/export-scene.ts'
import { createHarness, type ExportedFiles } from '../support/harness.ts'
import { populationLines } from '../support/population.ts'
import { exportedBlocks } from './blocks.ts'

const limits = { partBytes: 300, fileBytes: 1200, pageRows: 3, tickRows: 7, failureLimitPercent: 100 }

const exportDamaged = async (
  names: readonly string[],
  damage: Damage,
  query: string,
): Promise<ExportedFiles> => {
  const h = await createHarness(limits)
  await loadLines(h, populationLines(4))
  for (const name of names) await damageLine(h.deps.db, name, damage)
  const exported = await exportedBlocks(h, { query })
  h.close()
  return exported
}

const outputOf = ({ text }: ExportedFiles): ReadonlyMap<string, string> =>
  new Map([...text].filter(([name]) => name.startsWith('blocks')))

const namesIn = (files: ReadonlyMap<string, string>): readonly string[] =>
  [...files.values()]
    .flatMap((text) => text.split('\n').slice(0, -1))
    .filter((line) => !line.startsWith('{"resourceType":"Parameters"'))
    .map((line) => {
      const { resourceType, id } = JSON.parse(line)
      return `${resourceType}/${id}`
    })

test.each(['', '&_elements=code,subject'])(
  'Of blocks nothing is missing but what cannot be exported, the headers least of all: %j',
  { timeout: 120_000 },
  async (query) => {
    const whole = outputOf(await exportDamaged([], 'missing', query))
    const names = namesIn(whole)
    const first = [...whole.values()].flatMap(
      (text) => /"id":"([^"]+)"/.exec(text.split('\n')[1] ?? '')?.[1] ?? [],
    )
    expect(names.length).toBeGreaterThan(20)
    expect(whole.size).toBeGreaterThan(5)
    for (const [at, name] of names.entries()) {
      const damage = (['missing', 'newline', 'empty', 'cut', 'other'] as const)[at % 5] ?? 'missing'
      const id = name.split('/')[1] ?? ''
      for (const kind of first.includes(id) ? (['missing', 'other'] as const) : [damage]) {
        const exported = await exportDamaged([name], kind, query)
        const without = [...whole].map(([file, text]) => [file, text.replace(lineOf(id), '')] as const)
        expect([...outputOf(exported)], `${name} ${kind}`).toEqual(without)
        expect(exported.text.get('error-1.ndjson'), name).toContain(`Cannot export ${name}, version 1: `)
      }
    }
  },
)

test('A patient of whom nothing can be exported has a block all the same', async () => {
  const exported = await exportDamaged(
    ['Patient/p1', 'Encounter/p1-e', 'Condition/p1-c', ...[1, 2, 3].map((n) => `Observation/p1-o${n}`)],
    'missing',
    '',
  )
  const text = [...outputOf(exported).values()].join('')
  expect(text).toContain('"reference":"Patient/p1"')
  expect(namesIn(outputOf(exported)).filter((name) => name.includes('p1'))).toEqual([])
  expect(exported.manifest.error).toMatchObject([{ count: 6 }])
})

const lineOf = (id: string): RegExp =>
  new RegExp(`^\\{"resourceType":"(?!Parameters)[^\\n]*"id":"${id}"[^\\n]*\\n`, 'm')

test.each([2000, 60])(
  'Headers are no resources of which FAILURE_LIMIT says a share, with files of %d bytes',
  async (fileBytes) => {
    const observations = ['a', 'b', 'c'].map((id) => ({
      resourceType: 'Observation',
      id,
      subject: { reference: 'Patient/p' },
    }))
    for (const failureLimitPercent of [49, 50]) {
      const h = await createHarness({ fileBytes, partBytes: 100, failureLimitPercent })
      await h.load([{ resourceType: 'Patient', id: 'p' }, ...observations])
      for (const id of ['a', 'b']) await damageLine(h.deps.db, `Observation/${id}`, 'missing')
      const response = await h.finish(await h.kickOff('?_type=Patient,Observation&organizeOutputBy=Patient'))
      const said = `${response.status} ${await response.text()}`
      if (failureLimitPercent === 49) expect(said).toMatch(/^500 .*2 of 4 resources could not be exported/)
      else expect(said).toMatch(/^200 /)
      h.close()
    }
  },
)
