import type { Context } from 'hono'
import type { Config } from '../config.ts'
import { SluiceError } from '../errors.ts'
import type { App } from './route.ts'

/** A file of the dashboard. */
export type WebFile = {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
  /** Of these bytes, with its quotes. */
  readonly etag: string
}

/** Reads a file of the dashboard by its path below it, such as `/theme.js`; tells the missing of one file from that of all. */
export type ReadWebFile = (path: string) => Promise<WebFile | 'unknown' | 'not built'>

/** The pages there are, each the same file; every other path keeps its own answer, so that a wrong API path stays a 404. `wrangler.toml` has them too. */
export const pagePaths: readonly string[] = [
  '/',
  '/jobs',
  '/jobs/:id',
  '/new',
  '/data',
  '/sign-in',
  '/enrol',
  '/account',
]

export const filePaths: readonly string[] = ['/_app/*', '/theme.js', '/icon.svg']

/**
 * Serves the dashboard, which is static files, where a process has them on its disk; on Workers they are assets, and these routes are not
 * there. Its files are no part of the API, and not in the OpenAPI document.
 */
export const registerDashboard = (
  app: App,
  { fhirPath }: Pick<Config, 'fhirPath'>,
  readFile: ReadWebFile,
): void => {
  for (const path of pagePaths) app.get(path, (c) => answerFile(c, readFile, '/index.html'))
  for (const path of filePaths) app.get(path, (c) => answerFile(c, readFile, c.req.path))
  // Where FHIR is at the root, `/` is also where bundles are sent to, and says itself what it allows.
  const own = [...pagePaths, ...filePaths].filter((path) => path !== '/' || fhirPath !== '')
  for (const path of own) app.all(path, refuseMethod)
}

const refuseMethod = (c: Context): never => {
  throw new SluiceError('method-not-allowed', `Cannot ${c.req.method} this URL: it allows GET, HEAD`, {
    allow: ['GET', 'HEAD'],
  })
}

const answerFile = async (c: Context, readFile: ReadWebFile, path: string): Promise<Response> => {
  const file = await readFile(path)
  if (file === 'not built') return c.text(notBuilt, 404, { ...webHeaders, 'Cache-Control': 'no-store' })
  if (file === 'unknown')
    throw new SluiceError(
      'not-found',
      'Cannot find this file of the dashboard: it may be one of another version',
    )
  const headers = {
    ...webHeaders,
    ETag: file.etag,
    // The names of files below tell their content. All others are asked for anew, and answered by 304.
    'Cache-Control': path.startsWith('/_app/immutable/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
  if (c.req.header('if-none-match')?.includes(file.etag)) return c.body(null, 304, headers)
  return c.body(file.bytes, 200, {
    ...headers,
    'Content-Type': file.contentType,
    'Content-Length': String(file.bytes.byteLength),
  })
}

/** What a page cannot say of itself by its own `<meta>`; `web/static/_headers` says the same where the files are assets. */
export const webHeaders = {
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const

const notBuilt =
  'Sluice is running, but its dashboard is not built. Run `npm run build:web` and reload this page. The API is described at /openapi.json.\n'
