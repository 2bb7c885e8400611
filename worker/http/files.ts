import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { type GivenCapability, judgeCapability } from '../export/file-capability.ts'
import { fileContentType } from '../export/file-writer.ts'
import { openExportFile } from '../export/open-file.ts'
import type { Access } from './admit.ts'
import { askerOf, bearerOfUrl } from './asker.ts'
import { demandFileHeaders } from './demand-headers.ts'
import { fileResponse } from './file-response.ts'
import { headers } from './openapi-headers.ts'
import { pathParameter, requestHeaders } from './openapi-parameters.ts'
import { outcomes } from './openapi-responses.ts'
import { type App, fhirRoot, type Operation, route } from './route.ts'

/** `GET` and `HEAD` of an output, deleted or error file (Bulk Data IG, "Bulk Data Output File Request"). */
export const registerFiles = (app: App, deps: Deps): void => {
  const example = '{"resourceType":"Patient","id":"example"}\n'
  const content = { [fileContentType]: { schema: { type: 'string' as const }, example } }
  const validators = {
    ETag: headers.etag,
    'Last-Modified': headers.lastModified,
    'Accept-Ranges': headers.acceptRanges,
    Vary: headers.vary,
  }
  const { acceptEncoding, range, ifRange, ifNoneMatch } = requestHeaders
  const download: Omit<Operation, 'operationId'> = {
    summary: 'Download a file of an export, or a range of it',
    description:
      'Where `FILE_ACCESS` is `storage`, every file is 404: the manifest tells where in the storage they are. Where it is `capability`, the URLs of a manifest open their files without credentials, until they expire; ask for the status again, which makes new ones.',
    tags: ['Bulk Data Export'],
    parameters: [
      pathParameter(
        'folder',
        'The folder of the export',
        '20261120T102646Z_5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d',
      ),
      pathParameter('name', 'The name of the file', 'Patient-1.ndjson'),
      acceptEncoding,
      range,
      ifRange,
      { ...ifNoneMatch, example: headers.etag.example },
    ],
    responses: {
      200: {
        description: 'NDJSON, one resource a line',
        headers: {
          ...validators,
          'Content-Encoding': headers.contentEncoding,
          'Content-Length': headers.contentLength,
        },
        content,
      },
      206: {
        description: 'The range asked for',
        headers: {
          ...validators,
          'Content-Range': headers.contentRange,
          'Content-Length': headers.contentLength,
        },
        content,
      },
      304: { description: 'Not modified: the client has it', headers: validators },
      ...outcomes(403, 404, 406, 412, 416, 503),
    },
    access: (c) => fileAccess(c, deps),
    handler: (c) => answerFile(c, deps),
  }
  route(app, fhirRoot(deps.config), '/$export-file/{folder}/{name}', {
    get: { operationId: 'readExportFile', ...download },
  })
  route(app, fhirRoot(deps.config), '/$exportfilerequest/{folder}/{name}', {
    get: {
      operationId: 'readExportFileByFirelyAlias',
      ...download,
      description: 'The same as `/$export-file/{folder}/{name}`, for clients of Firely Server.',
      deprecated: true,
    },
  })
}

/**
 * With `FILE_ACCESS=capability` a URL that was given out is all it takes; one that is not, or no longer, such as it was given out is refused
 * whoever comes with it, so that he learns what to do. It is judged as a download begins; one that has begun goes on.
 */
const fileAccess = async (c: Context, { config, clock }: Deps): Promise<Access> => {
  if (config.fileAccess !== 'capability') return 'client'
  const file = { folder: c.req.param('folder') ?? '', name: c.req.param('name') ?? '' }
  const verdict = await judgeCapability(config, file, givenCapability(c), clock.now())
  switch (verdict) {
    case 'good':
      return 'public'
    case 'none':
      return 'client'
    case 'expired':
      throw refusedUrl('it has expired')
    case 'wrong':
      throw refusedUrl('it is not one that was given out')
    default:
      return verdict satisfies never
  }
}

/** A name that is there twice counts as one that is wrong. */
const givenCapability = (c: Context): GivenCapability => {
  const query = new URL(c.req.url).searchParams
  const single = (name: string) => (query.has(name) ? query.getAll(name).join('&') : undefined)
  return { expires: single('expires'), signature: single('signature') }
}

const refusedUrl = (reason: string): SluiceError =>
  new SluiceError(
    'forbidden',
    `Cannot open the file by this URL: ${reason}; ask for the status of the export again, which tells new ones`,
  )

const answerFile = async (c: Context, deps: Deps): Promise<Response> => {
  if (deps.config.fileAccess === 'storage') throw notServedHere()
  demandFileHeaders(c.req.raw, deps.config)
  const { folder = '', name = '' } = c.req.param()
  const asker = c.get('principal') === undefined ? bearerOfUrl(c) : askerOf(c)
  const file = await openExportFile(deps, folder, name, asker)
  if (file === undefined) throw unknownFile()
  return fileResponse(c.req.raw, file.head, file.read, fileContentType)
}

const unknownFile = (): SluiceError =>
  new SluiceError('not-found', 'Cannot find the file: it never was, has expired, or its export was deleted')

/**
 * With `storage`, the policies of the storage say who reads files, and this route would be a way round them. It says so of every
 * file, whether or not there is one: a client with a manifest from before asks for it again. With `signed` the route stays, for
 * whoever may come here may also ask for a signed URL.
 */
const notServedHere = (): SluiceError =>
  new SluiceError(
    'not-found',
    'Cannot find the file here: files of this service are read from its storage; ask for the status again, which tells their new URLs',
  )
