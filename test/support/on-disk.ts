import { join } from 'node:path'
import { fileUrlOfPath } from '../../worker/config/file-url.ts'

/** Where a service of one folder has its rows and its files. */
export const onDisk = (folder: string) => ({
  DATABASE_URL: fileUrlOfPath(join(folder, 'sluice.db')),
  STORAGE_URL: fileUrlOfPath(join(folder, 'exports')),
})
