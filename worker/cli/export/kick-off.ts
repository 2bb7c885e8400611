import { SluiceError } from '../../errors.ts'
import { type Answer, type Asking, ask, refusalBy } from './ask.ts'
import { type ExportQuery, kickOffOf } from './export-request.ts'

/** Starts the export and returns its status URL (Bulk Data IG, "Bulk Data Kick-off Request"). */
export const kickOff = async (
  asking: Asking,
  query: ExportQuery,
  since: string | undefined,
): Promise<URL> => {
  const { url, body } = kickOffOf(query, since)
  const answer = await ask(
    asking,
    url,
    {
      method: query.isPost ? 'POST' : 'GET',
      body,
      credentials: 'server',
      headers: {
        Accept: 'application/fhir+json',
        Prefer: query.isLenient ? 'respond-async, handling=lenient' : 'respond-async',
        ...(body !== undefined && { 'Content-Type': 'application/fhir+json' }),
      },
    },
    what,
  )
  if (answer.status !== 202) {
    const refusal = refusalBy(answer, what)
    if (answer.status !== 401) throw refusal
    const advice = 'a token comes from SLUICE_TOKEN, or by --client-id and --key'
    throw new SluiceError(refusal.code, `${refusal.message}; ${advice}`)
  }
  return statusUrlIn(answer, url)
}

const what = 'start the export'

/** `Content-Location` is absolute by the IG; some servers send it relative to the kick-off. */
const statusUrlIn = ({ headers }: Answer, kickOffUrl: URL): URL => {
  const location = headers.get('Content-Location') ?? headers.get('Location')
  if (location !== null && URL.canParse(location, kickOffUrl)) {
    const url = new URL(location, kickOffUrl)
    if (url.protocol === 'https:' || url.protocol === kickOffUrl.protocol) return url
  }
  throw new SluiceError(
    'job-failed',
    `Cannot ${what}: the answer has no Content-Location by which to ask for it, or one that leads from https to http`,
  )
}
