import { expect } from 'vitest'
import { headerLine } from '../../worker/fhir/block-header.ts'
import { finished } from '../export/history.ts'
import { type ExportedFiles, type Harness, nameOf, pathOf } from '../support/harness.ts'

/** What a client makes of organized output. */
export type Blocks = {
  /** By the id of the patient, in the order of the files, the lines behind his header. */
  readonly blocks: ReadonlyMap<string, readonly string[]>
  /** Files by name, each as the blocks, or pieces of blocks, in it; with their header. */
  readonly files: ReadonlyMap<string, readonly Piece[]>
}
export type Piece = { readonly id: string; readonly lines: readonly string[]; readonly isContinued: boolean }

/** Reads organized output by its manifest alone, and checks what all of it must be. */
export const blocksOf = ({ manifest, text }: ExportedFiles): Blocks => {
  expect(manifest.outputOrganizedBy).toBe('Patient')
  const blocks = new Map<string, readonly string[]>()
  const files = new Map<string, readonly Piece[]>()
  for (const [i, { type, url, count, continuesInFile }] of manifest.output.entries()) {
    const lines = (text.get(nameOf(url)) ?? '').split('\n')
    expect({ type, last: lines.pop(), count }).toEqual({ type: undefined, last: '', count: lines.length })
    const before = manifest.output[i - 1]
    const pieces = piecesIn(lines, continuesInFile !== undefined)
    expect(pieces.flatMap((piece) => piece.lines)).toEqual(lines)
    for (const [
      at,
      {
        id,
        lines: [, ...own],
      },
    ] of pieces.entries()) {
      const goesOn = at === 0 && before?.continuesInFile !== undefined
      expect({ id, goesOn }).toEqual({ id, goesOn: blocks.has(id) })
      if (goesOn) expect({ id, url }).toEqual({ id: [...blocks.keys()].at(-1), url: before?.continuesInFile })
      expect(own.length).toBeGreaterThan(0)
      blocks.set(id, [...(blocks.get(id) ?? []), ...own])
    }
    files.set(nameOf(url), pieces)
  }
  expect(manifest.output.at(-1)?.continuesInFile).toBeUndefined()
  return { blocks, files }
}

const piecesIn = (lines: readonly string[], isContinued: boolean): readonly Piece[] => {
  const begins = lines.flatMap((line, at) => (line.startsWith('{"resourceType":"Parameters"') ? [at] : []))
  return begins.map((begin, at) => {
    const piece = lines.slice(begin, begins[at + 1])
    const id = /"reference":"Patient\/([^"]+)"/.exec(piece[0] ?? '')?.[1] ?? ''
    expect(piece[0]).toBe(headerLine(id))
    return { id, lines: piece, isContinued: isContinued && at === begins.length - 1 }
  })
}

/** As few cuts as can be: a block is cut only where no file could hold it, and no file ends where the next block had room. */
export const expectWellFilled = ({ files }: Blocks, fileBytes: number): void => {
  if (fileBytes === 0) return
  const bytesOf = (lines: readonly string[]) => Buffer.byteLength(lines.map((line) => `${line}\n`).join(''))
  const sizes = new Map<string, number>()
  const all = [...files.values()]
  for (const { id, lines } of all.flat()) sizes.set(id, (sizes.get(id) ?? 0) + bytesOf(lines))
  for (const [i, pieces] of all.entries()) {
    const lines = pieces.flatMap((piece) => piece.lines)
    if (lines.length > 2) expect(bytesOf(lines)).toBeLessThanOrEqual(fileBytes)
    const last = pieces.at(-1)
    const next = all[i + 1]?.[0]
    if (next === undefined) continue
    if (last?.isContinued) {
      expect(sizes.get(last.id)).toBeGreaterThan(fileBytes)
      expect(bytesOf([...lines, ...next.lines.slice(1, 2)])).toBeGreaterThan(fileBytes)
    } else if (!next.isContinued) {
      expect(bytesOf([...lines, ...next.lines])).toBeGreaterThan(fileBytes)
    } else expect(pieces.map(({ id }) => id)).not.toContain(next.id)
  }
}

export type Asked = {
  readonly path?: string
  readonly query?: string
  readonly parameter?: readonly object[]
}

/** Kicks off by POST, and finishes; `query` goes on behind `organizeOutputBy`. */
export const exportedBlocks = async (
  harness: Harness,
  { path = 'Patient/$export', query = '', parameter = [] }: Asked = {},
): Promise<ExportedFiles> => {
  const response = await harness.request(`/fhir/${path}?organizeOutputBy=Patient${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  })
  expect(`${response.status} ${await response.clone().text()}`).toMatch(/^202/)
  return finished(harness, pathOf(response.headers.get('content-location') ?? ''))
}

/** `Type/id` of the lines of each block. */
export const namesIn = ({ blocks }: Blocks): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries([...blocks].map(([id, lines]) => [id, lines.map(nameIn)]))

const nameIn = (line: string): string => {
  const { resourceType, id } = JSON.parse(line)
  return `${resourceType}/${id}`
}
