import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from './schema.d.ts'

export type Job = components['schemas']['Job']
export type JobState = Job['state']
export type JobDetails = components['schemas']['JobDetails']
export type TypeCount = components['schemas']['ResourceCounts']['types'][number]
export type Service = components['schemas']['ServiceInfo']
export type SessionInfo = components['schemas']['SessionInfo']
export type Passkey = components['schemas']['Passkey']
export type AccessKey = components['schemas']['AccessKey']
export type Session = components['schemas']['Session']
type Outcome = components['schemas']['OperationOutcome']

/** By this header the service knows a page of its own: no page of others can send it. */
const own = { 'X-Sluice-Form': '1' }
const options = { querySerializer: { array: { style: 'form', explode: false } }, headers: own } as const

let tell = (): void => {}

/** Has somebody told whenever the service says that nobody is signed in any more, until it is stopped. */
export const onSignedOut = (told: () => void): (() => void) => {
  tell = told
  return () => {
    tell = () => {}
  }
}

/** An answer of 401 is for the whole page: whoever was signed in is not any more. */
const noticeEnd: Middleware = {
  onResponse: ({ response }) => {
    if (response.status === 401) tell()
  },
}

/** Routes of the service itself, at the root of the server that this page came from. */
export const service = createClient<paths>({ ...options, baseUrl: '' })
service.use(noticeEnd)

/** The same for signing in, where 401 says that it did not succeed. */
export const entrance = createClient<paths>({ ...options, baseUrl: '' })

/** Routes of FHIR, below the path that the service tells. A service with `HEADERS=strict` wants to see what is accepted. */
export const fhirAt = (fhirPath: string) => {
  const client = createClient<paths>({
    ...options,
    baseUrl: fhirPath,
    headers: { ...own, Accept: 'application/fhir+json, application/json' },
  })
  client.use(noticeEnd)
  return client
}

/** What went wrong, in the service's own sentence. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

type Answer<Data> = { data?: Data; error?: unknown; response: Response }

/** The data of an answer; an error of the service, or one of the network, as an `ApiError`. */
export const dataOf = async <Data>(asked: Promise<Answer<Data>>): Promise<Data> => {
  const { data, response } = await answerOf(asked)
  if (data === undefined)
    throw new ApiError(response.status, `The service answered ${response.status} without a word.`)
  return data
}

/** The answer whole, for its headers. */
export const answerOf = async <Data>(asked: Promise<Answer<Data>>): Promise<Answer<Data>> => {
  const answer = await asked.catch(() => {
    throw new ApiError(0, 'The service does not answer. It may be starting, or have stopped.')
  })
  if (answer.response.ok) return answer
  throw new ApiError(
    answer.response.status,
    sentenceOf(answer.error) ?? `The service answered ${answer.response.status}.`,
  )
}

const sentenceOf = (error: unknown): string | undefined =>
  isOutcome(error) ? error.issue.map(({ diagnostics }) => diagnostics).join(' ') : undefined

const isOutcome = (value: unknown): value is Outcome =>
  typeof value === 'object' &&
  value !== null &&
  'resourceType' in value &&
  value.resourceType === 'OperationOutcome'

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
