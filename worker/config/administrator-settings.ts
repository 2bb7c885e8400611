import { daySeconds, whole } from './number-setting.ts'
import { optionalText, secret, textList } from './text-setting.ts'

/** How administrators sign in, and for how long. */
export const administratorSettings = {
  SETUP_TOKEN: secret({
    default: 'none',
    maxLength: 256,
    minLength: 22,
    reason:
      'Lets whoever knows it enrol the first administrator over HTTP, while there is none; for places without a command line, such as Workers.',
  }),
  SESSION_SECONDS: whole({
    unit: 'seconds',
    default: daySeconds / 3,
    min: 60,
    max: 30 * daySeconds,
    reason: 'How long an administrator stays signed in; a working day.',
  }),
  OIDC_ISSUER: optionalText({
    unit: 'URL',
    pattern: /^https?:\/\/[^\s?#]+$/,
    allowed: 'an absolute https URL, or http where `PRIVATE_HOSTS` names the host',
    reason:
      'OpenID Connect provider by which administrators may sign in; its discovery document is asked for the rest.',
  }),
  OIDC_CLIENT_ID: optionalText({
    unit: 'text',
    pattern: /^[\x21-\x7e]{1,256}$/,
    allowed: '1 to 256 visible ASCII characters',
    reason: 'What that provider knows this service as.',
  }),
  OIDC_CLIENT_SECRET: secret({
    default: 'none',
    maxLength: 1024,
    reason: 'Authenticates this service to that provider; without it PKCE alone does.',
  }),
  OIDC_ROLE_CLAIM: optionalText({
    unit: 'text',
    pattern: /^[\x21-\x7e]{1,128}$/,
    default: 'groups',
    allowed: '1 to 128 visible ASCII characters',
    reason: 'Claim of the ID token, a text or a list of texts, that says who is `admin` and who `viewer`.',
  }),
  OIDC_ADMINS: textList({
    unit: 'texts',
    pattern: /^[\x20-\x7e]{1,256}$/,
    allowed: 'values by commas',
    reason: 'Values of that claim whose bearers are `admin`.',
  }),
  OIDC_VIEWERS: textList({
    unit: 'texts',
    pattern: /^[\x20-\x7e]{1,256}$/,
    allowed: 'values by commas',
    reason: 'Values of that claim whose bearers are `viewer`.',
  }),
  CF_ACCESS_TEAM: optionalText({
    unit: 'host',
    pattern: /^[a-z0-9-]{1,63}\.cloudflareaccess\.com$/,
    allowed: '`<team>.cloudflareaccess.com`',
    reason: 'Cloudflare Access in front of this service: the team whose tokens sign administrators in.',
  }),
  CF_ACCESS_AUD: optionalText({
    unit: 'text',
    pattern: /^[0-9a-f]{64}$/,
    allowed: '64 hexadecimal digits',
    reason: 'Audience tag of the application there.',
  }),
  CF_ACCESS_ADMINS: textList({
    unit: 'e-mail addresses',
    pattern: /^[^\s,@]{1,128}@[^\s,@]{1,128}$/,
    allowed: 'e-mail addresses by commas',
    reason: 'Who of those that Cloudflare Access lets in is `admin`.',
  }),
  CF_ACCESS_VIEWERS: textList({
    unit: 'e-mail addresses',
    pattern: /^[^\s,@]{1,128}@[^\s,@]{1,128}$/,
    allowed: 'e-mail addresses by commas',
    reason: 'Who of them is `viewer`; all others are refused.',
  }),
}
