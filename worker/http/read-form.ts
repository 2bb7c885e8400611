import type { Context } from 'hono'
import type { z } from 'zod'
import { SluiceError } from '../errors.ts'
import { readJson } from './request-body.ts'

/** A small JSON body of a known form. What is wrong with it is told without its values, some of which are secrets. */
export const readForm = async <Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> => {
  const { data, error } = schema.safeParse(await readJson(c.req.raw, maxFormBytes))
  if (error === undefined) return data
  const [issue] = error.issues
  const place = issue?.path.map(String).join('.') ?? ''
  throw new SluiceError(
    'invalid',
    `Cannot read body: ${place === '' ? 'it is not of the form that is documented' : `"${place}" is missing, or not of the form that is documented`}`,
  )
}

/** What an authenticator says is the largest, some kB. */
const maxFormBytes = 64 * 1024
