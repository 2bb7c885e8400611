import { Readable } from 'node:stream'
import type { SampleLine } from '../../sample/sample-population.ts'

/** The lines as NDJSON, made only as fast as it is read. */
export const lineStream = (lines: Iterable<SampleLine>): Readable => Readable.from(chunksOf(lines))

function* chunksOf(lines: Iterable<SampleLine>): Generator<Uint8Array> {
  let text = ''
  for (const line of lines) {
    text += `${line.text}\n`
    if (text.length < chunkChars) continue
    yield encoder.encode(text)
    text = ''
  }
  if (text !== '') yield encoder.encode(text)
}

const encoder = new TextEncoder()
/** Large enough that the cost of a chunk does not show. */
const chunkChars = 64 * 1024
