import { type Deps, fhirBase } from '../deps.ts'
import { hasCode } from '../errors.ts'
import { readResourceLine } from '../fhir/resource-line.ts'
import { type Draft, writeVersions } from '../store/write-versions.ts'
import { draftOf } from './draft.ts'
import type { IngestProblem, IngestReport } from './ingest-report.ts'
import { type NumberedLine, readLines } from './read-lines.ts'

/** Problems a report lists; more are only counted. */
const maxProblems = 1000

/**
 * Stores every resource of an NDJSON stream, in transactions of at most `ingestChunkRows` resources and about `ingestChunkBytes`.
 * A bad line is reported by number and reason and the rest goes on. When the stream or the database breaks, what was stored
 * stays stored; loading the same input again is safe.
 */
export const ingestNdjson = async (
  deps: Deps,
  stream: ReadableStream<Uint8Array>,
  onProgress: (bytesRead: number) => void = () => {},
): Promise<IngestReport> => {
  const { limits } = deps.config
  const chunk = createChunk(deps)
  const problems: IngestProblem[] = []
  let refused = 0
  for await (const line of readLines(stream, limits.maxResourceBytes, onProgress)) {
    try {
      await chunk.add(readDraft(line, fhirBase(deps.config)), line.bytes)
    } catch (error) {
      if (!hasCode(error, 'invalid', 'too-large')) throw error
      refused++
      if (problems.length < maxProblems) problems.push({ line: line.number, reason: error.message })
    }
  }
  await chunk.flush()
  return { stored: chunk.stored(), refused, problems }
}

const readDraft = (line: NumberedLine, serverBase: string): Draft => {
  if (line.problem !== undefined) throw line.problem
  return draftOf(readResourceLine(line.text), serverBase)
}

/** Gathers drafts for one transaction; a second version of the same resource has to wait for the next. */
const createChunk = ({ db, clock, config: { limits } }: Deps) => {
  let drafts: Draft[] = []
  let names = new Set<string>()
  let bytes = 0
  let stored = 0

  const flush = async (): Promise<void> => {
    const writing = drafts
    drafts = []
    names = new Set()
    bytes = 0
    await writeVersions(db, writing, { now: clock.now(), maxClockSkewMs: limits.maxClockSkewMs })
    stored += writing.length
    // A statement on a file runs to its end on this thread: let requests in between the transactions.
    await clock.yield()
  }

  return {
    flush,
    stored: () => stored,
    add: async (draft: Draft, lineBytes: number): Promise<void> => {
      const name = `${draft.typeId}/${draft.id}`
      const isFull = drafts.length >= limits.ingestChunkRows || bytes + lineBytes > limits.ingestChunkBytes
      if (drafts.length > 0 && (isFull || names.has(name))) await flush()
      drafts.push(draft)
      names.add(name)
      bytes += lineBytes
    },
  }
}
