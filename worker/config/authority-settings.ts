import { issuerList } from './issuers.ts'
import { daySeconds, whole } from './number-setting.ts'
import { secret, textList } from './text-setting.ts'

/** What the authorization server of `AUTH=smart` goes by: clients, tokens, issuers of others. */
export const authoritySettings = {
  SECRET_KEY: secret({
    default: 'required with `AUTH=smart`',
    maxLength: 128,
    minLength: 43,
    reason:
      'From it the keys are derived under which secrets are stored and URLs are signed: 32 random bytes in Base64, as `openssl rand -base64 32` makes them. With another one, stored signing keys are useless and new ones are made.',
  }),
  ACCESS_TOKEN_SECONDS: whole({
    unit: 'seconds',
    default: 300,
    min: 10,
    max: daySeconds,
    reason:
      'How long an access token is good for; SMART Backend Services recommends 300 at most, and some test suites keep one token for a whole run.',
  }),
  SIGNING_KEY_DAYS: whole({
    unit: 'days',
    default: 90,
    min: 1,
    max: 3650,
    reason:
      'Age at which the key that signs access tokens gives way to a new one; the old one still verifies what it has signed.',
  }),
  ISSUERS: issuerList({
    reason:
      'Issuers of others whose access tokens are honoured, as a JSON list of objects with `name`, `issuer`, `audience`, `jwksUrl`, and, where they differ from the defaults, `clientIdClaim` (`client_id`, else `azp`, else `sub`), `scopeClaim` (`scope`, else `scp`), `userAsSystem` (`false`; `true` takes `user/Type.read` for `system/Type.read`) and `accessSystem` (a URI: `access/<tag>.<right>` then limits a token to resources with that code of this system in `meta.security`, and a token without any opens nothing).',
  }),
  PRIVATE_HOSTS: textList({
    unit: 'host names',
    pattern: /^[a-z0-9.-]{1,253}(?::\d{1,5})?$/i,
    allowed: 'host names, with a port or without, by commas',
    reason:
      'Hosts that key sets (JWKS) and issuers may be fetched from although they are in a private network or speak plain http; all others must be public and speak https, so that no client can have this service ask around in its own network.',
  }),
}
