import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { finished } from '../export/history.ts'
import { saidLines } from '../population/ask.ts'
import { createHarness, type Harness, pathOf, streamOf } from '../support/harness.ts'
import { sampleLines } from '../support/sample-lines.ts'
import { blocksOf, exportedBlocks } from './blocks.ts'

/** Data that may lie beside the repository; the project does not need it. */
const shared = '../shared/data/synthea-small'
const sharedLines = (): readonly string[] =>
  readdirSync(shared)
    .filter((file) => file.endsWith('.ndjson.gz'))
    .flatMap((file) =>
      gunzipSync(readFileSync(`${shared}/${file}`))
        .toString('utf8')
        .split('\n'),
    )
    .filter((line) => line !== '')

const sources = [
  { name: 'the sample', isThere: true, lines: () => sampleLines(30) },
  { name: 'synthea-small', isThere: existsSync(shared), lines: sharedLines },
]

const plainLines = async (h: Harness, path: string): Promise<readonly string[]> => {
  const response = await h.request(`/fhir/${path}`)
  return saidLines(await finished(h, pathOf(response.headers.get('content-location') ?? ''))).lines
}

describe.each(sources)('Output of $name organized by Patient', { timeout: 240_000 }, ({ isThere, lines }) => {
  test.skipIf(!isThere)('has, put together again, the lines that it has by types', async () => {
    const limits = { partBytes: 50_000, fileBytes: 300_000, pageRows: 500, tickRows: 3_000 }
    const h = await createHarness(limits, undefined, undefined, { ADDITIONAL_RESOURCES: 'none' })
    await ingestNdjson(h.deps, streamOf(lines().join('\n')))
    const expected = await plainLines(h, 'Patient/$export')
    const { blocks, files } = blocksOf(await exportedBlocks(h))
    expect([...new Set([...blocks.values()].flat())].sort()).toEqual(expected)
    expect(files.size).toBeGreaterThan(2)
    for (const [id, own] of blocks) expect(own[0]).toContain(`{"resourceType":"Patient","id":"${id}"`)

    const some = [...blocks.keys()].filter((_, n) => n % 3 === 0)
    const member = some.map((id) => ({ entity: { reference: `Patient/${id}` } }))
    await h.load([{ resourceType: 'Group', id: 'every-third', member }])
    const ofGroup = blocksOf(await exportedBlocks(h, { path: 'Group/every-third/$export' })).blocks
    expect([...ofGroup.keys()]).toEqual(some)
    expect([...new Set([...ofGroup.values()].flat())].sort()).toEqual(
      await plainLines(h, 'Group/every-third/$export'),
    )
    h.close()
  })
})
