import type { Deps } from '../deps.ts'
import { readBundle } from '../fhir/bundle.ts'
import type { EntryResult } from './entry-result.ts'
import { processBatch } from './process-batch.ts'
import { processTransaction } from './process-transaction.ts'

export type BundleResult = {
  readonly type: 'batch-response' | 'transaction-response'
  readonly results: readonly EntryResult[]
}

/** Reads a Bundle that asks for interactions, and does what its type says. */
export const processBundle = async (deps: Deps, text: string): Promise<BundleResult> => {
  const { type, entries } = readBundle(text, deps.config.limits.maxBundleEntries)
  const results = await (type === 'batch' ? processBatch : processTransaction)(deps, entries)
  return { type: `${type}-response`, results }
}
