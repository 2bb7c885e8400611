import { join } from 'node:path'
import { type Downloading, download } from './download.ts'
import type { FinishedFile } from './export-report.ts'
import type { ListedFile } from './manifest.ts'

/** Downloads `parallel` files at a time, in the order of the manifest. The first failure ends those that run after their attempt. */
export const downloadAll = async (
  downloading: Downloading,
  files: readonly ListedFile[],
  names: readonly string[],
  folder: string,
  parallel: number,
): Promise<readonly FinishedFile[]> => {
  const finished: FinishedFile[] = []
  const queue = files.map((file, index) => ({ file, name: names[index] ?? '' })).values()
  let hasFailed = false
  const lane = async (): Promise<void> => {
    for (const { file, name } of queue) {
      if (hasFailed) return
      const checked = await download(downloading, file, join(folder, name))
      finished.push({ file, name, checked })
    }
  }
  const lanes = Array.from({ length: parallel }, () =>
    lane().catch((error: unknown) => {
      hasFailed = true
      throw error
    }),
  )
  const results = await Promise.allSettled(lanes)
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return finished.toSorted((a, b) => a.file.index - b.file.index)
}
