import type { Context } from 'hono'
import type { Config } from '../config.ts'

/** The address a request came from: what a trusted proxy says, or what the entry knows of the connection. */
export const sourceOf = (c: Context, { clientAddressHeader }: Config): string | undefined => {
  if (clientAddressHeader === undefined) return undefined
  return c.req.header(clientAddressHeader)?.split(',').at(-1)?.trim().slice(0, 64)
}
