import { SluiceError } from '../errors.ts'

/**
 * Runs `work` and turns a failure of the file system (ENOSPC, EACCES, EIO, …) into `storage-unavailable`. The message says what
 * was tried, in words of the port; the path stands in the cause only.
 */
export const onDisk = async <Result>(attempt: string, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work()
  } catch (error) {
    const code = errnoOf(error)
    if (code === undefined) throw error
    throw new SluiceError('storage-unavailable', `Cannot ${attempt}: ${code}`, { cause: error })
  }
}

/** Nothing is there: neither the file, nor perhaps the folder it would be in. */
export const isMissing = (error: unknown): boolean => {
  const code = errnoOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** What `work` returns, or `undefined` when what it works on is not there. */
export const unlessMissing = async <Result>(work: Promise<Result>): Promise<Result | undefined> => {
  try {
    return await work
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** `ENOSPC` and its like; not `ERR_INVALID_ARG_TYPE` and its like, which are mistakes of ours. */
export const errnoOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined
  if (error.name === 'NotCapable') return 'EACCES' // Deno, without `--allow-read` or `--allow-write` of the path
  if (!('code' in error) || typeof error.code !== 'string') return undefined
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined
}
