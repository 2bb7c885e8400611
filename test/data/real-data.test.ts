import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { base } from '../population/world.ts'
import { createHarness, type Harness, streamOf } from '../support/harness.ts'
import { comparable } from '../support/same-resource.ts'

/** Data that may lie beside the repository; the project does not need it. */
const shared = '../shared/data'

describe.each(['synthea-small', 'r4-examples'])('%s', (name) => {
  it.skipIf(!existsSync(`${shared}/${name}`))(
    'comes out whole: every resource once, identical to the last digit but for meta and relative attachment URLs',
    async () => {
      const harness = await createHarness({ partBytes: 100_000, fileBytes: 400_000, rangeBytes: 1_000_000 })
      const lines = readLines(`${shared}/${name}`)

      const report = await ingestNdjson(harness.deps, streamOf(lines.join('\n')))
      const exported = await exportLines(harness)

      expect(report).toEqual({ stored: lines.length, refused: 0, problems: [] })
      expect(exported.map(comparable).sort()).toEqual(
        lines.map(withAbsoluteAttachments).map(comparable).sort(),
      )
      harness.close()
    },
  )
})

const readLines = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ndjson.gz'))
    .flatMap((file) =>
      gunzipSync(readFileSync(`${folder}/${file}`))
        .toString('utf8')
        .split('\n'),
    )
    .filter((line) => line !== '')

/** The IG's section "Attachments": a URL without data is absolute. In this data a relative one always follows its content type. */
const withAbsoluteAttachments = (line: string): string =>
  line.replaceAll(/("contentType":"[^"]*","url":")(?=[A-Z][A-Za-z]+\/)/g, `$1${base}/`)

/** Also checks what every export must be: the counts right, and one type a file. */
const exportLines = async (harness: Harness): Promise<readonly string[]> => {
  const { manifest, text } = await harness.export()
  return manifest.output.flatMap(({ url, type, count }) => {
    const content = text.get(url.slice(url.lastIndexOf('/') + 1)) ?? ''
    const lines = content.split('\n')
    expect(lines.pop()).toBe('')
    expect(lines).toHaveLength(count)
    for (const line of lines) expect(JSON.parse(line).resourceType).toBe(type)
    return lines
  })
}
