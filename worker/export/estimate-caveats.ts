import { typeOfId } from '../fhir/resource-type.ts'
import { bringsAllProvenance } from '../store/exported-types.ts'
import type { Job } from '../store/jobs.ts'

/** Something that an estimate does not know of an export. */
export type Caveat = { readonly text: string; readonly isAboutCount: boolean }

/** Counts are of what the population has, and bytes of it as it is stored: not what parameters add to it, or cut off. */
export const caveatsOf = (
  job: Pick<Job, 'level' | 'typeIds' | 'shape' | 'referenced'>,
): readonly Caveat[] => [...provenanceCaveats(job), ...caveatsOfShape(job)]

/** Of patients comes all that is about what they have, which only an export looks for. */
const provenanceCaveats = ({
  level,
  typeIds,
  shape,
}: Pick<Job, 'level' | 'typeIds' | 'shape'>): readonly Caveat[] =>
  level === 'system' || !bringsAllProvenance({ typeIds, shape })
    ? []
    : [{ text: 'of Provenance only that is counted whose target is a patient', isAboutCount: true }]

const caveatsOfShape = ({ shape, referenced }: Pick<Job, 'shape' | 'referenced'>): readonly Caveat[] => [
  ...(shape.elements === undefined
    ? []
    : [{ text: 'bytes are those of whole resources, without regard to _elements', isAboutCount: false }]),
  ...(shape.organizedBy === undefined
    ? []
    : [{ text: 'files are counted by type, without regard to organizeOutputBy', isAboutCount: false }]),
  ...(shape.associated.provenance === 'default'
    ? []
    : [{ text: 'Provenance is counted without regard to includeAssociatedData', isAboutCount: true }]),
  ...(referenced.typeIds.length === 0
    ? []
    : [
        { text: 'resources that only come because others refer to them are not counted', isAboutCount: true },
      ]),
]

/** `scaled`: counts of filtered types are shares of all there is, as some of it told. */
export const caveatsOfFilters = (
  { shape }: Pick<Job, 'shape'>,
  { scaled, deletions }: { readonly scaled: boolean; readonly deletions: number },
): readonly Caveat[] => [
  ...(scaled
    ? [
        {
          text: 'of types with a _typeFilter only some resources were judged, and what they told was taken for all; few or none that match may be many',
          isAboutCount: true,
        },
      ]
    : []),
  ...(shape.typeFilters.length > 0 && deletions > 0
    ? [{ text: 'deletions are counted without regard to _typeFilter', isAboutCount: true }]
    : []),
]

/** A share of all there is would tell how much there is that a client may not have: of such types only what was looked at is counted. */
export const caveatsOfConstraints = (
  unjudged: readonly number[],
  leavesOutDeletions: boolean,
): readonly Caveat[] => {
  const types = unjudged.map(typeOfId).join(', ')
  return [
    ...(unjudged.length > 0
      ? [
          {
            text: `of types whose scopes have constraints only what was looked at is counted, and there may be more: ${types}`,
            isAboutCount: true,
          },
        ]
      : []),
    ...(leavesOutDeletions
      ? [{ text: 'deletions of types whose scopes have constraints are not counted', isAboutCount: true }]
      : []),
  ]
}
