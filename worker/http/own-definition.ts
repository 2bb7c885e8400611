import type { Config } from '../config.ts'
import { fhirBase } from '../deps.ts'
import type { ExportLevel } from '../fhir/export-request.ts'
import {
  definitionIdOf,
  exportDefinition,
  exportStatusDefinition,
  type OperationDefinition,
} from '../fhir/operation-definition.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { version } from '../version.ts'
import { capabilitiesDate } from './capabilities.ts'

const levels: readonly ExportLevel[] = ['system', 'patient', 'group']

/** The definition of an operation of ours, readable where no stored resource has its id; none of an export that is switched off. */
export const ownDefinition = (
  config: Config,
  type: ResourceType,
  id: string,
): OperationDefinition | undefined => {
  if (type !== 'OperationDefinition') return undefined
  const common = { fhirBase: fhirBase(config), version, date: capabilitiesDate }
  if (id === 'export-status') return exportStatusDefinition(common)
  const level = levels.find((each) => definitionIdOf[each] === id)
  return level !== undefined && config.exportLevels.includes(level)
    ? exportDefinition(common, level, config.compat.includes('patient-in-query'))
    : undefined
}
