import { allGrants, type Grants } from '../fhir/scope/grants.ts'
import type { Actor } from '../platform/actor.ts'

/** Who asks, once it is known. */
export type Principal = OpenPrincipal | ClientPrincipal | AdministratorPrincipal

/** Whoever is on this machine, where no token is asked for (`AUTH=open`). */
export type OpenPrincipal = { readonly kind: 'open' }

/** A backend service with an access token, of ours or of an issuer we honour. */
export type ClientPrincipal = {
  readonly kind: 'client'
  /** As registered, or `name:client` of an issuer. */
  readonly clientId: string
  readonly name: string
  /** When it was registered, if it was: what tells it from another client that takes its id later. */
  readonly registeredAt?: number | undefined
  readonly grants: Grants
  /** Ids of the Groups it may export; `undefined` is every one its grants let it read. */
  readonly groupIds: readonly string[] | undefined
  /** Names of storages its files may go to; `undefined` is all. */
  readonly destinations: readonly string[] | undefined
  /** `undefined`: what the configuration says. */
  readonly requestsPerMinute: number | undefined
  readonly maxRunningJobs: number | undefined
}

/** `viewer` sees how the service does; `admin` steers it, and may do with resources what it likes. */
export type AdministratorPrincipal = {
  readonly kind: 'administrator'
  readonly administratorId: string
  readonly name: string
  readonly role: 'admin' | 'viewer'
  /**
   * Of those who signed in by a browser, which sends a cookie with every request, whoever has made it: such requests must come from our own
   * pages (`http/own-page.ts`). A proxy that signs people in by a cookie of its own is a session too. An access key says it of one request.
   */
  readonly session: { readonly sessionId: string } | undefined
}

export const openPrincipal: OpenPrincipal = { kind: 'open' }

/** What a principal may do with resources. */
export const grantsOf = (principal: Principal): Grants => {
  switch (principal.kind) {
    case 'open':
      return allGrants
    case 'client':
      return principal.grants
    case 'administrator':
      return principal.role === 'admin' ? allGrants : nothing
    default:
      return principal satisfies never
  }
}

const nothing: Grants = { scopes: [] }

export const actorOf = (principal: Principal | undefined, source: string | undefined): Actor => {
  switch (principal?.kind) {
    case undefined:
      return { kind: 'stranger', source }
    case 'open':
      return { kind: 'open', source }
    case 'client':
      return { kind: 'client', id: principal.clientId, name: principal.name, source }
    case 'administrator':
      return { kind: 'administrator', id: principal.administratorId, name: principal.name, source }
    default:
      return principal satisfies never
  }
}
