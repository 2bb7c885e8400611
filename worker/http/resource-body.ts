import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import type { ResourceType } from '../fhir/resource-type.ts'
import { readBinaryText } from './binary-body.ts'
import { readJsonText } from './request-body.ts'

/** The JSON text of the resource that a POST or PUT sends; `id` is that of the URL, where there is one. */
export const readResourceText = async (
  c: Context,
  deps: Deps,
  type: ResourceType,
  id?: string,
): Promise<string> => {
  const request = c.req.raw
  const text =
    type === 'Binary'
      ? await readBinaryText(request, deps, id)
      : await readJsonText(request, deps.config.limits.maxResourceBytes)
  if (text !== undefined) return text
  const name = id === undefined ? `a ${type}` : `${type}/${id}`
  throw new SluiceError('invalid', `Cannot store ${name}: the request has no body`)
}
