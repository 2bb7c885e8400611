import { readAssociatedDataParameter } from './associated-data-parameter.ts'
import { readBooleanParameter } from './boolean-parameter.ts'
import { readElementsParameter } from './elements-parameter.ts'
import type { ExportParameters } from './export-parameters.ts'
import { type ExportShape, plainShape } from './export-shape.ts'
import type { IgnoredParameter } from './ignored-parameter.ts'
import { readOrganizeParameter } from './organize-parameter.ts'
import type { ResourceType } from './resource-type.ts'
import type { SearchContext } from './search/term.ts'
import { type Bounds, readTuningParameters } from './tuning-parameters.ts'
import { readTypeFilters } from './type-filter-parameter.ts'

export type ShapeParameters = {
  readonly shape: ExportShape
  /** Not supported; refused, or under lenient handling passed over. */
  readonly ignored: readonly IgnoredParameter[]
  /** Those among them that are refused under lenient handling too: without them, more would come than was asked for. */
  readonly refused: readonly IgnoredParameter[]
  /** What was understood and means something that the client may not expect, one OperationOutcome each. */
  readonly notes: readonly string[]
}

/** Reads the parameters that shape the output beyond types, instants and patients (IG "Query Parameters"). */
export const readShapeParameters = (
  values: ExportParameters['values'],
  types: readonly ResourceType[] | undefined,
  { serverBase, nowMs, partBytes }: SearchContext & { readonly partBytes: Bounds },
): ShapeParameters => {
  const elements = readElementsParameter(values.get('_elements'))
  const associated = readAssociatedDataParameter(values.get('includeAssociatedData'))
  const { organizedBy, unsupported } = readOrganizeParameter(values.get('organizeOutputBy'))
  const tuning = readTuningParameters(values, partBytes)
  return {
    shape: {
      ...plainShape,
      typeFilters: readTypeFilters(values.get('_typeFilter'), types, { serverBase, nowMs }),
      associated: associated.associated,
      ...(elements.choice && { elements: elements.choice }),
      ...(organizedBy && { organizedBy }),
      allowsPartialManifests: readBooleanParameter('allowPartialManifests', values),
      tuning: tuning.tuning,
    },
    ignored: [...elements.unknown, ...associated.unsupported, ...unsupported, ...tuning.ignored],
    refused: elements.isEmpty ? elements.unknown : [],
    notes: tuning.notes,
  }
}
