import createClient from 'openapi-fetch'
import type { components, paths } from './schema.d.ts'

export type Job = components['schemas']['Job']
export type JobState = Job['state']
export type JobDetails = components['schemas']['JobDetails']
export type TypeCount = components['schemas']['ResourceCounts']['types'][number]
export type Service = components['schemas']['ServiceInfo']
type Outcome = components['schemas']['OperationOutcome']

const options = { querySerializer: { array: { style: 'form', explode: false } } } as const

/** Routes of the service itself, at the root of the server that this page came from. */
export const service = createClient<paths>({ ...options, baseUrl: '' })

/** Routes of FHIR, below the path that the service tells. A service with `HEADERS=strict` wants to see what is accepted. */
export const fhirAt = (fhirPath: string) =>
  createClient<paths>({
    ...options,
    baseUrl: fhirPath,
    headers: { Accept: 'application/fhir+json, application/json' },
  })

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
