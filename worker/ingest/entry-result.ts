import { SluiceError } from '../errors.ts'
import type { StoredVersion } from '../store/read-resource.ts'

/** What became of an entry of a batch or a transaction. `name` is `Type/id`. */
export type EntryResult =
  | {
      readonly outcome: 'stored'
      readonly name: string
      readonly isCreated: boolean
      readonly version: StoredVersion
    }
  | { readonly outcome: 'deleted' }
  /** `line` is empty for a HEAD. */
  | { readonly outcome: 'read'; readonly name: string; readonly version: StoredVersion }
  /** The client has this version already. */
  | { readonly outcome: 'unchanged'; readonly version: StoredVersion }
  | { readonly outcome: 'failed'; readonly error: SluiceError }

/** Runs what may refuse an entry, whose number and reason the refusal then tells. */
export const atEntry = <T>(index: number, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw error instanceof SluiceError ? refusalOfEntry(index, error) : error
  }
}

/** The same of what takes its time. */
export const atEntryLater = async <T>(index: number, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw error instanceof SluiceError ? refusalOfEntry(index, error) : error
  }
}

export const refusalOfEntry = (index: number, error: SluiceError): SluiceError =>
  new SluiceError(
    error.code,
    `Cannot process Bundle.entry[${index}]: ${error.message.replace(/^Cannot/, 'cannot')}`,
    { cause: error },
  )
