import type { Deps } from '../deps.ts'
import type { Interaction } from './capabilities.ts'
import { create } from './create.ts'
import { remove } from './delete.ts'
import { historyInstance } from './history.ts'
import { read, vread } from './read.ts'
import { searchByGet, searchByPost } from './search.ts'
import { update } from './update.ts'

/** Every interaction with resources, each for all types: what the routes are made from, and the CapabilityStatement. */
export const interactionsOf = (deps: Deps): readonly Interaction[] =>
  [searchByPost, searchByGet, create, read, vread, update, remove, historyInstance].map((interaction) =>
    interaction(deps),
  )
