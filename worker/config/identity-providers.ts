import type { GivenSettings } from './settings.ts'

/** Where administrators sign in by OpenID Connect, and which values of a claim make them what. */
export type OidcProvider = {
  readonly issuer: string
  readonly clientId: string
  /** Secret. */
  readonly clientSecret: string | undefined
  readonly roleClaim: string
  readonly admins: readonly string[]
  readonly viewers: readonly string[]
}

/** Cloudflare Access in front of the service, and who of those it lets in is what, by e-mail address in lower case. */
export type CloudflareAccess = {
  readonly team: string
  readonly audience: string
  readonly admins: readonly string[]
  readonly viewers: readonly string[]
}

export const toOidcProvider = (given: GivenSettings): OidcProvider | undefined =>
  given.OIDC_ISSUER === undefined || given.OIDC_CLIENT_ID === undefined
    ? undefined
    : {
        issuer: given.OIDC_ISSUER,
        clientId: given.OIDC_CLIENT_ID,
        clientSecret: given.OIDC_CLIENT_SECRET,
        roleClaim: given.OIDC_ROLE_CLAIM ?? '',
        admins: given.OIDC_ADMINS,
        viewers: given.OIDC_VIEWERS,
      }

export const toCloudflareAccess = (given: GivenSettings): CloudflareAccess | undefined =>
  given.CF_ACCESS_TEAM === undefined || given.CF_ACCESS_AUD === undefined
    ? undefined
    : {
        team: given.CF_ACCESS_TEAM,
        audience: given.CF_ACCESS_AUD,
        admins: given.CF_ACCESS_ADMINS.map((address) => address.toLowerCase()),
        viewers: given.CF_ACCESS_VIEWERS.map((address) => address.toLowerCase()),
      }

/** Whether somebody may sign in by a provider at all. */
export const letsIn = ({ admins, viewers }: Pick<OidcProvider, 'admins' | 'viewers'>): boolean =>
  admins.length + viewers.length > 0
