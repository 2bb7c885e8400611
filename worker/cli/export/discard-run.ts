import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removePart } from './partial-file.ts'
import type { Run } from './state.ts'

/** Removes what a run that is given up has left: its files must not be taken for those of the next one, whose names are the same. */
export const discardRun = async (out: string, { files }: Run): Promise<void> => {
  if (files === undefined) return
  for (const name of [...files.names, 'manifest.json']) {
    const path = join(out, files.folder, name)
    await rm(path, { force: true })
    await removePart(path)
  }
}
