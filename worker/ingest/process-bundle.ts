import type { Deps } from '../deps.ts'
import { readBundle } from '../fhir/bundle.ts'
import type { Grants } from '../fhir/scope/grants.ts'
import type { EntryResult } from './entry-result.ts'
import { processBatch } from './process-batch.ts'
import { processTransaction } from './process-transaction.ts'
import { reachWithin } from './reach.ts'

export type BundleResult = {
  readonly type: 'batch-response' | 'transaction-response'
  readonly results: readonly EntryResult[]
}

/** Reads a Bundle that asks for interactions, and does what its type says. Each entry takes the rights of what it asks for, and no others. */
export const processBundle = async (deps: Deps, grants: Grants, text: string): Promise<BundleResult> => {
  const reach = reachWithin(deps, grants)
  const { type, entries } = readBundle(text, deps.config.limits.maxBundleEntries)
  const results = await (type === 'batch' ? processBatch : processTransaction)(deps, reach, entries)
  return { type: `${type}-response`, results }
}
