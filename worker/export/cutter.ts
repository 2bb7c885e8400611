import type { Page } from '../store/page.ts'
import type { Cursor } from '../store/units.ts'

/** S3 allows 10,000 parts an upload, so a file that has no other limit ends there. */
export const maxParts = 10_000

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
  /**
   * Takes a page without its first `skip` bytes, and yields what became full. All of a page is skipped, and some of the next, when pages
   * were larger when the cursor was committed.
   */
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
  // Taken when there is something to put into it, so that none is held while a full one waits to be uploaded (I6).
  let buffer: Uint8Array<ArrayBuffer> | undefined
  let filled = 0
  const fill = (piece: Uint8Array) => {
    buffer ??= takeBuffer()
    buffer.set(piece, filled)
    filled += piece.length
  }
  if (start.carry.length > 0) fill(start.carry)

  const snapshot = (kind: Cut['kind']): Cut => ({
    kind,
    content: buffer?.subarray(0, filled) ?? new Uint8Array(0),
    cursor,
    lines,
    bytes,
  })
  const handOver = (kind: Cut['kind']): Cut => {
    const cut = snapshot(kind)
    buffer = undefined
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
      let at = Math.min(skip, all.length)
      cursor = at < skip ? { after: page.last, offset: skip - at } : cursorAt(page, at)
      while (at < all.length) {
        const { stop, endsFile } = fileStop(all, at, fileLimit - bytes, bytes === 0)
        while (at < stop) {
          const next = Math.min(stop, at + limits.partBytes - filled)
          fill(all.subarray(at, next))
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
