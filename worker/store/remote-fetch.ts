import { unavailable } from './database-error.ts'

/**
 * `fetch` for a database server. It asks for no compression, for `sqld` sends compressed answers in such tiny pieces that Node needs a
 * hundred times longer for them (measured); it waits no longer than `timeoutMs` for an answer and all of its body; and whatever keeps
 * the server from answering is `database-unavailable`. Redirects are not followed: the request carries a token.
 */
export const remoteFetch =
  (timeoutMs: number, send: typeof fetch = fetch) =>
  async (request: Request): Promise<Response> => {
    request.headers.set('accept-encoding', 'identity')
    const { response, body } = await answerTo(request, timeoutMs, send)
    const { status } = response
    const type = response.headers.get('content-type') ?? ''
    if (isAnswer(status, type)) return new Response(body, { status, headers: { 'content-type': type } })
    if (status === 200) throw unavailable('the answer at DATABASE_URL is not that of a libSQL server')
    throw unavailable(refusalOf(status))
  }

/** The body is read here, so that a connection that breaks in the middle of it is known for what it is. */
const answerTo = async (
  request: Request,
  timeoutMs: number,
  send: typeof fetch,
): Promise<{ readonly response: Response; readonly body: ArrayBuffer }> => {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await send(request, { signal, redirect: 'manual' })
    return { response, body: await response.arrayBuffer() }
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === 'TimeoutError'
    throw unavailable(isLate ? `no answer within ${timeoutMs} ms` : 'the connection failed', error)
  }
}

/** A refusal with an error of the protocol is told by the client, with its code; a proxy's page is not. */
const isAnswer = (status: number, type: string): boolean =>
  (status === 200 || status === 400) && type.startsWith('application/json')

const refusalOf = (status: number): string => {
  switch (status) {
    case 401:
      return 'it does not accept DATABASE_AUTH_TOKEN (401); set it to a token of this database that has not expired'
    case 403:
      return 'DATABASE_AUTH_TOKEN does not allow this (403); it must be a token that may read and write'
    case 404:
      return 'there is none at DATABASE_URL (404)'
    default:
      return `the server answered with status ${status}`
  }
}
