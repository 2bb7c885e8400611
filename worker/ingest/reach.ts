import { type Deps, searchContextOf } from '../deps.ts'
import type { Grants } from '../fhir/scope/grants.ts'
import { compileReach, type ReachOf } from '../fhir/scope/reach-filter.ts'

/** How far somebody's grants go, for one request: what every verb of resources is told, and goes by. */
export const reachWithin = (deps: Deps, grants: Grants): ReachOf =>
  compileReach(grants, searchContextOf(deps))
