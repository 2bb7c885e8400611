import { rename, stat } from 'node:fs/promises'
import { SluiceError } from '../../errors.ts'
import { type CheckedFile, checkLines } from './check-lines.ts'
import { fetchFile } from './fetch-file.ts'
import type { FileLinks } from './file-links.ts'
import type { Http } from './http.ts'
import type { ListedFile } from './manifest.ts'
import { partPath, readBeginning, removeNote, removePart } from './partial-file.ts'
import { type Limits, openPatience } from './patience.ts'
import type { ExportProgress } from './progress.ts'
import { retryAfterMs } from './retry-after.ts'

/** What a download works with. */
export type Downloading = {
  readonly http: Http
  readonly limits: Limits
  readonly links: FileLinks
  readonly progress: Pick<ExportProgress, 'lines'>
}

/**
 * Brings a file to `path` and checks it; one that is there already, from a run before this one, is only checked. What is not what the
 * manifest says is fetched once more from its beginning, and then left as `.part` to be looked at.
 */
export const download = async (
  downloading: Downloading,
  file: ListedFile,
  path: string,
): Promise<CheckedFile> => {
  const isThere = await exists(path)
  let checked = isThere ? await checkLines(path, file.type, file.count, file.checksum) : undefined
  if (checked?.problem === undefined && checked !== undefined) {
    downloading.progress.lines(file, checked.lines)
    return checked
  }
  for (let round = 1; round <= 2; round += 1) {
    const shown = await fetchAll(downloading, file, path)
    checked = await checkLines(partPath(path), file.type, file.count, file.checksum)
    if (checked.problem === undefined) {
      downloading.progress.lines(file, checked.lines - shown)
      await rename(partPath(path), path)
      await removeNote(path)
      return checked
    }
    downloading.progress.lines(file, -shown)
    if (round === 1) await removePart(path)
  }
  return checked ?? checkLines(partPath(path), file.type, file.count, file.checksum)
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Attempt after attempt until all of it is there. Returns the lines that were shown as progress. */
const fetchAll = async (
  { http, limits, links, progress }: Downloading,
  file: ListedFile,
  path: string,
): Promise<number> => {
  const patience = openPatience(limits)
  let [shown, refusals] = [0, 0]
  const onLines = (delta: number) => {
    shown += delta
    progress.lines(file, delta)
  }
  for (;;) {
    if (shown !== 0 && (await readBeginning(path)) === undefined) onLines(-shown) // it begins anew
    const link = links.linkOf(file)
    const onBytes = () => {
      refusals = 0
      patience.forgive()
    }
    const result = await fetchFile(http, path, { ...link, onLines, onBytes })
    if (result.outcome === 'complete') return shown
    if (result.outcome === 'refused') {
      refusals += 1
      if (refusals > maxRefusals) throw named(result.error, path)
      await links.renew(link)
      continue
    }
    await patience.rest(named(result.error, path), retryAfterMs(result.retryAfter, limits.clock.now()))
  }
}

/** A URL may have ended while it waited for its turn, and the next one a moment before it was used; more is no accident. */
const maxRefusals = 2

const named = (error: SluiceError, path: string): SluiceError =>
  new SluiceError(
    error.code,
    error.message.replace(/^Cannot download a file:/, `Cannot download "${path}":`),
    {
      cause: error,
    },
  )
