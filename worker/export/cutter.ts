import type { Page } from '../store/read-page.ts'
import type { Cursor } from '../store/units.ts'

/** S3 allows 10,000 parts an upload, so a file that has no other limit ends there. */
const maxParts = 10_000

export type CutterLimits = { readonly partBytes: number; readonly fileBytes: number }

/** `lines` and `bytes` count the current file up to `cursor`. */
export type Cut = {
  readonly kind: 'part' | 'file-end'
  /** A full part, or, at the end of a file, what is behind its last full part (perhaps nothing). */
  readonly content: Uint8Array<ArrayBuffer>
  readonly cursor: Cursor
  readonly lines: number
  readonly bytes: number
}

export type Cutter = {
  /** Takes a page from `skip` on, and yields what became full. The page must not be changed before the cuts are taken. */
  cut(page: Page, skip: number): Generator<Cut>
  /** Ends the open file, if there is one. */
  end(): Cut | undefined
  /** What is not yet a full part, and where that leaves off. */
  rest(): Cut
}

/**
 * Lays pages end to end, and cuts that stream into files and parts. Where a cut falls depends only on the bytes and the job's
 * frozen limits, never on pages or slices (I2): a file ends before the line that would exceed `fileBytes` (a longer line stands
 * alone; 0 is no limit), and a part ends at exactly `partBytes`, inside a line if need be (I3).
 */
export const createCutter = (
  limits: CutterLimits,
  start: {
    readonly cursor: Cursor
    readonly lines: number
    readonly bytes: number
    readonly carry: Uint8Array
  },
  takeBuffer: () => Uint8Array<ArrayBuffer>,
): Cutter => {
  const fileLimit = Math.min(limits.fileBytes || Number.POSITIVE_INFINITY, limits.partBytes * maxParts)
  let { cursor, lines, bytes } = start
  let buffer = takeBuffer()
  buffer.set(start.carry)
  let filled = start.carry.length

  const snapshot = (kind: Cut['kind']): Cut => ({
    kind,
    content: buffer.subarray(0, filled),
    cursor,
    lines,
    bytes,
  })
  const handOver = (kind: Cut['kind']): Cut => {
    const cut = snapshot(kind)
    buffer = takeBuffer()
    filled = 0
    return cut
  }
  const endFile = (): Cut => {
    const cut = handOver('file-end')
    lines = 0
    bytes = 0
    return cut
  }

  return {
    cut: function* (page, skip) {
      const all = page.bytes
      let at = skip
      cursor = cursorAt(page, at)
      while (at < all.length) {
        const { stop, endsFile } = fileStop(all, at, fileLimit - bytes, bytes === 0)
        while (at < stop) {
          const next = Math.min(stop, at + limits.partBytes - filled)
          buffer.set(all.subarray(at, next), filled)
          filled += next - at
          bytes += next - at
          lines += next - at === all.length ? page.lines : countLines(all, at, next)
          at = next
          cursor = cursorAt(page, at)
          if (filled === limits.partBytes) yield handOver('part')
        }
        if (endsFile) yield endFile()
      }
    },
    end: () => (bytes === 0 ? undefined : endFile()),
    rest: () => snapshot('part'),
  }
}

const newline = 10

const cursorAt = (page: Page, at: number): Cursor =>
  at === page.bytes.length ? { after: page.last, offset: 0 } : { after: page.after, offset: at }

/** Up to where the bytes from `at` on belong to the current file, which has `room` left, and whether it ends there. */
const fileStop = (
  all: Uint8Array,
  at: number,
  room: number,
  isEmpty: boolean,
): { readonly stop: number; readonly endsFile: boolean } => {
  if (all.length - at <= room) return { stop: all.length, endsFile: false }
  const lastWhole = room <= 0 ? 0 : all.lastIndexOf(newline, at + room - 1) + 1
  if (lastWhole > at) return { stop: lastWhole, endsFile: true }
  const insideLine = at > 0 && all[at - 1] !== newline
  return isEmpty || insideLine
    ? { stop: all.indexOf(newline, at) + 1, endsFile: true }
    : { stop: at, endsFile: true }
}

const countLines = (all: Uint8Array, from: number, to: number): number => {
  let count = 0
  for (let at = all.indexOf(newline, from); at !== -1 && at < to; at = all.indexOf(newline, at + 1)) count++
  return count
}
