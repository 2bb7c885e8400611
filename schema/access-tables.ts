import type { Generated } from 'kysely'

/** Who gets in, by what, and the audit of it. */
export type AccessTables = {
  client: ClientTable
  key_set: KeySetTable
  used_assertion: UsedAssertionTable
  signing_key: SigningKeyTable
  access_token: AccessTokenTable
  administrator: AdministratorTable
  enrolment: EnrolmentTable
  passkey: PasskeyTable
  access_key: AccessKeyTable
  session: SessionTable
  sign_in: SignInTable
  audit_event: AuditEventTable
}

/** Clients of SMART Backend Services. `jwks_url` or `jwks`, never both. */
export type ClientTable = {
  client_id: string
  name: string
  jwks_url: string | null
  /** JSON: the public keys as they were registered. */
  jwks: string | null
  /** What it may ask for at most, by blanks. */
  scopes: string
  /** JSON: ids of the Groups it may export; null is every one that its scopes let it read. */
  group_ids: string | null
  /** JSON: names of the storages it may have its files in; null is all. */
  destinations: string | null
  /** Null: what the configuration says. */
  requests_per_minute: number | null
  max_running_jobs: number | null
  suspended_at: number | null
  created_at: number
  changed_at: number
}
/** Key sets (JWKS) as they were fetched. */
export type KeySetTable = {
  url: string
  /** The set as it was judged; null: none that may be kept. */
  body: string | null
  /** By its `Cache-Control`; asked for anew from then on, and not used. */
  fresh_until: Generated<number>
  /** When it was last asked for before its time, because of a `kid` it did not have. */
  forced_at: Generated<number>
  /** When it could not be had, if that was so the last time; 0 otherwise. */
  failed_at: Generated<number>
}
/** Client assertions that have been used, for as long as they could be used again (RFC 7523 section 3). */
export type UsedAssertionTable = {
  issuer: string
  jti_hash: string
  /** Of the use that was first: the statements that go with it ask for theirs. */
  use_id: string
  expires_at: number
}
/** Keys that sign our access tokens. `private_jwk` is sealed (`platform/secret-box.ts`). */
export type SigningKeyTable = {
  key_id: string
  public_jwk: string
  private_jwk: string
  created_at: number
  /** From then on it only verifies. */
  retired_at: number | null
}
/** Access tokens that we have issued, by their `jti`; the tokens themselves are nowhere. */
export type AccessTokenTable = {
  token_id: string
  client_id: string
  scopes: string
  issued_at: number
  expires_at: number
  revoked_at: number | null
}

export type AdministratorTable = {
  administrator_id: string
  name: string
  role: 'admin' | 'viewer'
  /** Whom an identity provider knows him as, `issuer|sub`; null of those who enrolled here. */
  subject: string | null
  created_at: number
  suspended_at: number | null
}
/** Links by which an administrator enrols, once. Of all secrets below there are SHA-256 hashes only. */
export type EnrolmentTable = { secret_hash: string; administrator_id: string; expires_at: number }
export type PasskeyTable = {
  credential_id: string
  administrator_id: string
  name: string
  public_key: Uint8Array
  counter: number
  /** JSON. */
  transports: string
  created_at: number
  last_used_at: number | null
}
export type AccessKeyTable = {
  key_id: string
  administrator_id: string
  name: string
  secret_hash: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
}
export type SessionTable = {
  secret_hash: string
  /** By which it is shown and ended; opens nothing. */
  session_id: string
  administrator_id: string
  method: 'passkey' | 'access-key' | 'enrolment' | 'oidc'
  /** The passkey or access key that it was begun with, and ends with. */
  credential: string | null
  source: string | null
  created_at: number
  expires_at: number
  last_seen_at: number
}
/** Signings-in under way: challenges of passkeys, states of OpenID Connect. Each is used once. */
export type SignInTable = {
  secret_hash: string
  kind: 'passkey' | 'enrolment' | 'oidc'
  state: string
  expires_at: number
}

/** Who did what, when, from where, and how it ended. Only ever added to: triggers refuse everything else. */
export type AuditEventTable = {
  event_id: Generated<number>
  recorded_at: number
  action: string
  outcome: 'success' | 'failure' | 'refused'
  actor_kind: 'open' | 'client' | 'administrator' | 'system' | 'stranger'
  actor_id: string | null
  actor_name: string | null
  source: string | null
  job_id: string | null
  /** What it was done to: `Group/x`, a file, a client, an administrator. */
  target: string | null
  /** JSON: what else is to be known; never resource content, never a secret. */
  detail: string
}
