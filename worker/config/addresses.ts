import { z } from 'zod'
import { settingNotes } from './setting-note.ts'

/**
 * The settings that are addresses and paths. As everywhere in this folder, what is said about a setting stands beside the schema
 * that reads it; messages go on after `Cannot use <NAME> "<value>": `.
 */
export const host = (fallback: string, reason: string) =>
  z
    .string()
    .prefault(fallback)
    .transform((text, ctx) => {
      const name = text.replace(/^\[(.*)\]$/, '$1')
      if (isHostName(name)) return name
      ctx.addIssue('it must be a host name or an IP address, without scheme and port')
      return z.NEVER
    })
    .register(settingNotes, {
      unit: 'host',
      default: fallback,
      allowed: 'a host name or an IP address',
      reason,
    })

const isHostName = (name: string): boolean =>
  name.includes(':')
    ? /^[0-9a-f:.]+$/i.test(name) && URL.canParse(`http://[${name}]/`)
    : /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(name) && URL.canParse(`http://${name}/`)

/** Absolute http(s) URL, brought to the form `origin + path` without a trailing slash; `undefined` when unset. */
export const baseUrl = (fallback: string, reason: string) =>
  z
    .string()
    .optional()
    .transform((text, ctx) => {
      if (text === undefined) return undefined
      const url = /^https?:\/\/[^\s\\?#]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
      if (url && url.username === '' && url.password === '' && url.port !== '0' && !climbs(text)) {
        return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
      }
      ctx.addIssue(`it must be ${absoluteUrl}`)
      return z.NEVER
    })
    .register(settingNotes, { unit: 'URL', default: fallback, allowed: absoluteUrl, reason })

/** Absolute http(s) URL of a page for people, kept as it is given; `undefined` when unset. */
export const documentUrl = (fallback: string, reason: string) =>
  z
    .string()
    .optional()
    .transform((text, ctx) => {
      if (text === undefined) return undefined
      const url = /^https?:\/\/[^\s\\]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
      if (url?.username === '' && url.password === '') return text
      ctx.addIssue(`it must be ${pageUrl}`)
      return z.NEVER
    })
    .register(settingNotes, { unit: 'URL', default: fallback, allowed: pageUrl, reason })

const pageUrl = 'an absolute http or https URL without user'
const absoluteUrl = 'an absolute http or https URL without user, query and fragment'

/** Also finds a `..` that hides behind percent-encoding, which `URL` would quietly resolve. */
const climbs = (text: string): boolean => /(?:^|\/)(?:\.|%2e){2}(?:\/|$)/i.test(text)

/** Prefix of every FHIR route; `/` is the root and becomes `''`. */
export const fhirPath = (fallback: string, reason: string) =>
  z
    .string()
    .prefault(fallback)
    .transform((text, ctx) => {
      const path = text.length > 1 ? text.replace(/\/$/, '') : ''
      const isPath = text === '/' || /^(?:\/[A-Za-z0-9._~-]+)+$/.test(path)
      if (isPath && !path.split('/').some((segment) => segment === '.' || segment === '..')) {
        if (!isReserved(path)) return path
        ctx.addIssue(
          `it must not be one of the service's own paths (${reservedPaths.join(', ')}) or below one`,
        )
      } else {
        ctx.addIssue(
          'it must be / or begin with / and have only letters, digits and - . _ ~ between slashes, and no .. segment',
        )
      }
      return z.NEVER
    })
    .register(settingNotes, {
      unit: 'path',
      default: fallback,
      allowed: `\`/\` or segments of letters, digits and \`- . _ ~\`; not ${reservedPaths.map((path) => `\`${path}\``).join(', ')}`,
      reason,
    })

/** What the service serves outside `FHIR_PATH`: its own API, and the pages of the dashboard. */
const reservedPaths = ['/admin', '/health', '/openapi.json', '/_app', '/data', '/jobs', '/new']

const isReserved = (path: string): boolean =>
  reservedPaths.some((reserved) => path === reserved || path.startsWith(`${reserved}/`))
