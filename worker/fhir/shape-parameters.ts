import type { ExportParameters } from './export-parameters.ts'
import { type ExportShape, plainShape } from './export-shape.ts'
import type { IgnoredParameter } from './ignored-parameter.ts'
import { readPartialManifests } from './partial-manifests-parameter.ts'
import { type Bounds, readTuningParameters } from './tuning-parameters.ts'

export type ShapeParameters = {
  readonly shape: ExportShape
  /** Not supported; refused, or under lenient handling passed over. */
  readonly ignored: readonly IgnoredParameter[]
  /** What was understood and means something that the client may not expect, one OperationOutcome each. */
  readonly notes: readonly string[]
}

/** Reads the parameters that shape the output beyond types, instants and patients (IG "Query Parameters"). */
export const readShapeParameters = (
  values: ExportParameters['values'],
  partBytes: Bounds,
): ShapeParameters => {
  const { tuning, ignored, notes } = readTuningParameters(values, partBytes)
  const shape = {
    ...plainShape,
    allowsPartialManifests: readPartialManifests(values.get('allowPartialManifests')),
    tuning,
  }
  return { shape, ignored, notes }
}
