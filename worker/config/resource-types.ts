import { z } from 'zod'
import { isResourceType, type ResourceType } from '../fhir/resource-type.ts'
import { settingNotes } from './setting-note.ts'

/** A list by commas of resource types but for some, or the word `none`. */
export const resourceTypeList = (note: {
  readonly default: readonly ResourceType[]
  readonly never: readonly ResourceType[]
  readonly reason: string
}) =>
  z
    .string()
    .prefault(note.default.join(','))
    .transform((text, ctx) => {
      const given = text.split(',').map((word) => word.trim())
      const types = [...new Set(given.filter(isResourceType))]
      if (text === 'none') return []
      if (given.every(isResourceType) && !types.some((type) => note.never.includes(type))) return types
      ctx.addIssue(`it must be none, or a list by commas of FHIR R4 resource types ${butFor(note.never)}`)
      return z.NEVER
    })
    .register(settingNotes, {
      unit: 'resource types',
      default: note.default.join(','),
      allowed: `\`none\`, or any ${butFor(note.never)}, by commas`,
      reason: note.reason,
    })

const butFor = (types: readonly ResourceType[]): string => `but ${types.join(', ')}`
