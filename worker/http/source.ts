import type { Context } from 'hono'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { readAddress } from '../platform/network-address.ts'

/** What an entry knows of the connection that a request came by; it hands it to the app as its environment (`c.env`). */
export type Connection = { readonly peer: string | undefined }

/**
 * The address a request came from: what a trusted proxy says, else the peer of the connection. Of a list the last address counts, for that
 * one the proxy has added; those before it are what strangers sent. It is an address or nothing.
 */
export const sourceOf = (c: Context, { clientAddressHeader }: Config): string | undefined => {
  const said =
    clientAddressHeader === undefined ? undefined : c.req.header(clientAddressHeader)?.split(',').at(-1)
  return readAddress(said) ?? readAddress(connection.safeParse(c.env).data?.peer)
}

const connection = z.object({ peer: z.string().optional() })
