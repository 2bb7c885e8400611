import { createReadStream } from 'node:fs'
import { type Issue, issuesIn, parseJson } from './ask.ts'
import { type Checksum, checkSum } from './checksum.ts'
import { printable } from './printable.ts'

/** What a file holds, as far as a report tells it. */
export type CheckedFile = {
  readonly lines: number
  /** Lines among them that begin a block, or go on with one. */
  readonly headers: number
  readonly bytes: number
  /** Entries of Bundles that tell of a deletion. */
  readonly deletions: number
  /** The first issues of OperationOutcomes, and how many of all are errors. */
  readonly issues: readonly Issue[]
  readonly errors: number
  /** What is wrong with it; `undefined` when nothing is. */
  readonly problem: string | undefined
}

/**
 * Reads a file to its end, line by line, and holds no more than a line of it: every line must be JSON of a resource of the type, or of any
 * type behind a header where the file holds blocks, and there must be as many as the manifest says, and of just those bytes, when it tells a
 * checksum.
 */
export const checkLines = async (
  path: string,
  type: string | undefined,
  count: number | undefined,
  checksum: Checksum | undefined,
): Promise<CheckedFile> => {
  const sums = newSums(type)
  const check = checksum && checkSum(checksum)
  let [bytes, pieces, held] = [0, [] as Buffer[], 0]
  for await (const chunk of bufferOf(path)) {
    bytes += chunk.length
    check?.take(chunk)
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      sums.take(Buffer.concat([...pieces, chunk.subarray(start, end)]))
      ;[pieces, held, start] = [[], 0, end + 1]
    }
    pieces.push(chunk.subarray(start))
    held += chunk.length - start
    if (held > maxLineBytes)
      return sums.end(bytes, `line ${sums.lines() + 1} is longer than ${maxLineBytes} bytes`)
  }
  if (held > 0) sums.take(Buffer.concat(pieces)) // NDJSON may do without the last newline
  const lines = sums.lines()
  if (count !== undefined && lines !== count)
    return sums.end(bytes, `it has ${lines} lines, and the manifest says ${count}`)
  return sums.end(bytes, check?.isRight() === false ? 'its SHA-256 is not what the manifest says' : undefined)
}

const newline = 10
/** More than any resource that this or another server is known to store; beyond it a file is no NDJSON. */
const maxLineBytes = 256 * 1024 * 1024

async function* bufferOf(path: string): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    if (Buffer.isBuffer(chunk)) yield chunk
  }
}

const newSums = (type: string | undefined) => {
  let [lines, headers, deletions, errors] = [0, 0, 0, 0]
  let problem: string | undefined
  const issues: Issue[] = []
  const take = (line: Buffer): void => {
    const text = line.toString()
    if (text.trim() === '') return
    lines += 1
    const resource = parseJson(text)
    const found = typeOf(resource)
    if (type === undefined && found === 'Parameters') headers += 1
    if (found === undefined || (type ?? found) !== found)
      problem ??= `line ${lines} is not a ${printable(type ?? 'resource')}`
    else if (type === undefined && headers === 0) problem ??= `line ${lines} is before any header of a block`
    if (type === 'Bundle') deletions += deletionsIn(resource)
    if (type !== 'OperationOutcome') return
    for (const issue of issuesIn(text)) {
      if (issue.severity === 'error' || issue.severity === 'fatal') errors += 1
      if (issues.length < maxIssues) issues.push(issue)
    }
  }
  const end = (bytes: number, last: string | undefined): CheckedFile => ({
    lines,
    headers,
    bytes,
    deletions,
    issues,
    errors,
    problem: problem ?? last,
  })
  return { take, end, lines: () => lines }
}

const maxIssues = 20

const typeOf = (resource: unknown): string | undefined => {
  if (typeof resource !== 'object' || resource === null || !('resourceType' in resource)) return undefined
  return typeof resource.resourceType === 'string' ? resource.resourceType : undefined
}

const deletionsIn = (bundle: unknown): number => {
  if (typeof bundle !== 'object' || bundle === null || !('entry' in bundle)) return 0
  return Array.isArray(bundle.entry) ? bundle.entry.length : 0
}
