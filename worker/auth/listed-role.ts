import type { CloudflareAccess } from '../config.ts'
import type { Deps } from '../deps.ts'
import type { AdministratorPrincipal } from './principal.ts'

type Role = AdministratorPrincipal['role']

/** What the lists of the configuration make of an address that Cloudflare Access vouches for, in lower case; nothing unless they name it. */
export const listedRole = ({ admins, viewers }: CloudflareAccess, email: string): Role | undefined => {
  if (admins.includes(email)) return 'admin'
  return viewers.includes(email) ? 'viewer' : undefined
}

/** As who such an address is known here. */
export const subjectOf = ({ team }: CloudflareAccess, email: string): string => `https://${team}|${email}`

/**
 * The role of an administrator who shows a key or a session of ours. Whoever came by Cloudflare Access at first has the one that the lists
 * give him now, and none when he is struck off: what he has made himself here must not outlive that.
 */
export const presentRole = (
  { cloudflareAccess }: Pick<Deps['config'], 'cloudflareAccess'>,
  { role, subject }: { readonly role: Role; readonly subject: string | null },
): Role | undefined => {
  const prefix = cloudflareAccess === undefined ? undefined : subjectOf(cloudflareAccess, '')
  if (cloudflareAccess === undefined || prefix === undefined || subject?.startsWith(prefix) !== true)
    return role
  return listedRole(cloudflareAccess, subject.slice(prefix.length))
}
