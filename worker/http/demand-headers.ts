import type { Config } from '../config.ts'
import { SluiceError } from '../errors.ts'
import { parsePrefer } from '../fhir/prefer.ts'
import { namesFhirJson, namesNdjson } from './accept.ts'

/**
 * Headers that the Bulk Data IG has clients send, and servers assume where they are absent, or refuse ("Bulk Data Kick-off Request",
 * "Headers"). We assume, unless `HEADERS` is `strict`.
 */
export const demandKickOffHeaders = (request: Request, { headers }: Config): void => {
  if (headers === 'lenient') return
  if (!namesFhirJson(request))
    throw new SluiceError(
      'not-acceptable',
      'Cannot start the export: the header Accept must name application/fhir+json (HEADERS is strict)',
    )
  if (!parsePrefer(request.headers.get('prefer') ?? undefined).respondAsync)
    throw new SluiceError(
      'invalid',
      'Cannot start the export: the header Prefer must have respond-async (HEADERS is strict)',
    )
}

/** Of a request for a file. */
export const demandFileHeaders = (request: Request, { headers }: Config): void => {
  if (headers === 'lenient' || namesNdjson(request)) return
  throw new SluiceError(
    'not-acceptable',
    'Cannot send file: the header Accept must name application/fhir+ndjson or application/ndjson (HEADERS is strict)',
  )
}
