import { expect, test } from 'vitest'
import { typeOfLine } from '../../worker/fhir/type-of-line.ts'
import { loadLines } from '../support/export-scene.ts'
import { createHarness } from '../support/harness.ts'
import { populationLines } from '../support/population.ts'

test('in organized output each resource loses what those of its type lose, and headers lose nothing', async () => {
  const h = await createHarness({ partBytes: 300, fileBytes: 3000, pageRows: 5, pageBytes: 2000 })
  await loadLines(h, populationLines(7))
  const said = async (query: string) =>
    [...(await h.export(query)).text]
      .filter(([name]) => !name.startsWith('error'))
      .flatMap(([, text]) => text.split('\n').slice(0, -1))
  const isHeader = (line: string) => line.startsWith('{"resourceType":"Parameters"')
  for (const elements of ['birthDate,code', 'Patient.birthDate,Observation.code']) {
    const plain = await said(`?_elements=${elements}`)
    const blocks = await said(`?_elements=${elements}&organizeOutputBy=Patient`)
    expect(blocks.filter(isHeader).length).toBeGreaterThan(5)
    const resources = new Set(blocks.filter((line) => !isHeader(line)))
    expect(resources.size).toBeGreaterThan(10)
    for (const line of resources) expect(plain).toContain(line)
    expect([...resources].some((line) => line.includes('SUBSETTED'))).toBe(true)
  }
  h.close()
})

test('the type of a line is that of its root, wherever it says so', () => {
  const typeOf = (line: string) => typeOfLine(new TextEncoder().encode(line))
  expect(typeOf('{"resourceType":"Patient","id":"a"}')).toBe('Patient')
  expect(typeOf('{"contained":[{"resourceType":"Patient"}],"resourceType":"Observation"}')).toBe(
    'Observation',
  )
  expect(typeOf('{"id":"a","resource\\u0054ype":"Pat\\u0069ent"}')).toBe('Patient')
  expect(typeOf('{"id":"a"}')).toBeUndefined()
  expect(typeOf('{"resourceType":"Nonsense"}')).toBeUndefined()
})
