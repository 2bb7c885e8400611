import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '../../errors.ts'
import type { SampleLine } from '../../sample/sample-population.ts'

/** Writes the lines of each type into a file of its own in `folder`, which is made when missing. No file is ever overwritten. */
export const writeTypeFiles = async (lines: Iterable<SampleLine>, folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const files = new Map<string, TypeFile>()
  try {
    for (const { type, text } of lines) {
      const file = files.get(type) ?? (await openTypeFile(join(folder, `${type}.ndjson`)))
      files.set(type, file)
      await file.add(text)
    }
    for (const file of files.values()) await file.flush()
  } finally {
    for (const file of files.values()) await file.close()
  }
}

type TypeFile = {
  add(line: string): Promise<void>
  flush(): Promise<void>
  close(): Promise<void>
}

const openTypeFile = async (path: string): Promise<TypeFile> => {
  const handle = await create(path)
  let text = ''
  const flush = async () => {
    const writing = text
    text = ''
    await handle.appendFile(writing)
  }
  return {
    add: async (line) => {
      text += `${line}\n`
      if (text.length >= flushChars) await flush()
    },
    flush,
    close: () => handle.close(),
  }
}

const create = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'wx')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    throw new SluiceError('conflict', `Cannot write "${path}": it is there already; give another folder`, {
      cause: error,
    })
  }
}

/** Of each type so much is held until it is written. */
const flushChars = 64 * 1024
