import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { SluiceError } from '../errors.ts'
import { fileContentType } from '../export/file-writer.ts'
import { openExportFile } from '../export/open-file.ts'
import { askerOf } from './asker.ts'
import { demandFileHeaders } from './demand-headers.ts'
import { fileResponse } from './file-response.ts'
import { headers, outcomes, pathParameter, requestHeaders } from './openapi-parts.ts'
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
      'Where `FILE_ACCESS` is `storage`, every file is 404: the manifest tells where in the storage they are.',
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
    access: 'client',
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

const answerFile = async (c: Context, deps: Deps): Promise<Response> => {
  if (deps.config.fileAccess === 'storage') throw notServedHere()
  demandFileHeaders(c.req.raw, deps.config)
  const file = await openExportFile(deps, c.req.param('folder') ?? '', c.req.param('name') ?? '', askerOf(c))
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
