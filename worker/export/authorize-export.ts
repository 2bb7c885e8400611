import { SluiceError } from '../errors.ts'
import type { ExportRequest } from '../fhir/export-request.ts'
import { isInPatientCompartment } from '../fhir/patient-compartment.ts'
import { resourceTypes } from '../fhir/r4/resource-types.generated.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { type Grants, reachOf } from '../fhir/scope/grants.ts'
import { exportRights, freezeGrants, type JobAuthorization } from '../fhir/scope/job-authorization.ts'
import { filteredTypes } from '../fhir/type-filter-parameter.ts'
import type { Asker } from './asker.ts'

export type AuthorizedRequest = {
  /** Its types are narrowed to those that may be exported, where it names none. */
  readonly request: ExportRequest
  readonly authorization: JobAuthorization | undefined
}

/**
 * Fits a request to what its asker may have. A type that it names and he may not have is refused, however he prefers it handled (SPEC K-16):
 * passed over, an export would look complete that is not. Types that it does not name are left away.
 */
export const authorizeExport = (
  request: ExportRequest,
  { grants, groupIds, destinations }: Pick<Asker, 'grants' | 'groupIds' | 'destinations'>,
): AuthorizedRequest => {
  if (groupIds !== undefined && request.level !== 'group')
    throw new SluiceError(
      'forbidden',
      `Cannot start the export at ${request.level} level: this client may export its Groups only`,
    )
  if (destinations?.includes(onlyDestination) === false)
    throw new SluiceError(
      'forbidden',
      `Cannot start the export: this client may have no files in the storage "${onlyDestination}"`,
    )
  const named = namedTypes(request)
  const refused = named.filter((type) => !mayBeExported(grants, type))
  if (refused.length > 0) throw insufficient(`no scope lets ${refused.join(', ')} be both read and searched`)
  const types = request.types ?? narrowedTypes(request, grants)
  const authorization = freezeGrants(grants, [...(types ?? resourceTypes), ...named])
  return { request: types === request.types ? request : { ...request, types }, authorization }
}

/** There is one storage, that of `STORAGE_URL`. */
const onlyDestination = 'default'

const mayBeExported = (grants: Grants, type: ResourceType): boolean =>
  reachOf(grants, type, ...exportRights).kind !== 'nothing'

/** Provenance that is asked for by `includeAssociatedData` comes though `_type` does not name it. */
const namedTypes = ({ types = [], shape }: ExportRequest): readonly ResourceType[] => {
  const isChosen = shape.associated.provenance !== 'default'
  const chosen: readonly ResourceType[] = isChosen ? ['Provenance'] : []
  return [...new Set([...types, ...filteredTypes(shape.typeFilters), ...chosen])].sort()
}

/** `undefined` where all may be exported, so that the job is about all types, as it was asked to be. */
const narrowedTypes = (request: ExportRequest, grants: Grants): readonly ResourceType[] | undefined => {
  const types = resourceTypes.filter((type) => mayBeExported(grants, type))
  if (types.length === resourceTypes.length) return undefined
  const ofLevel = types.filter((type) => isOfLevel(request, type))
  if (ofLevel.length === 0)
    throw insufficient(`no scope lets any type of ${request.level} level be both read and searched`)
  const isAlong = (type: ResourceType): boolean => !isInPatientCompartment(type)
  return types.filter((type) => ofLevel.includes(type) || isAlong(type)).sort()
}

/** What comes without being named: of a population of some, Groups do not (`typesOfLevel`), so they must not be named now either. */
const isOfLevel = ({ level, patients }: ExportRequest, type: ResourceType): boolean => {
  if (level === 'system') return true
  const isOfAll = level === 'patient' && patients === undefined
  return isInPatientCompartment(type) && (type !== 'Group' || isOfAll)
}

const insufficient = (reason: string): SluiceError =>
  new SluiceError('insufficient-scope', `Cannot start the export: ${reason}`)
