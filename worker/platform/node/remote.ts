import { lookup } from 'node:dns/promises'
import { type IncomingMessage, type RequestOptions, request as requestPlainly } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { explainFailure, readBounded, refuseRedirect, unavailable } from '../read-answer.ts'
import { type AskRemote, type RemotePolicy, type RemoteRequest, remoteTimeoutMs } from '../remote.ts'
import { checkRemoteUrl, isPublicAddress, type RemotePlace, refusedAddress } from '../remote-address.ts'

/** The addresses of a name. */
export type ResolveName = (name: string) => Promise<readonly string[]>

/**
 * For Node and Deno, which stand in a network of their own: a name is resolved once, all its addresses must be public, and the connection
 * goes to those and no others. Who asked again would get what a name server of a stranger says then (DNS rebinding).
 */
export const nodeRemote =
  (
    { privateHosts, timeoutMs = remoteTimeoutMs }: RemotePolicy,
    resolve: ResolveName = resolveBySystem,
  ): AskRemote =>
  async (request) => {
    const place = checkRemoteUrl(request.url, privateHosts)
    const { host } = place.url
    const controller = new AbortController()
    const { signal } = controller
    // Not `AbortSignal.timeout`, for which Deno would wait to the end though all is done.
    const timer = setTimeout(() => controller.abort(), timeoutMs)
    try {
      const addresses = await before(signal, addressesOf(place, resolve))
      const answer = await send(place.url, request, addresses, signal)
      try {
        const status = answer.statusCode ?? 0
        refuseRedirect(host, status)
        const body = await before(signal, readBounded(host, decoded(host, answer)))
        return { status, headers: headersOf(answer), body }
      } finally {
        answer.destroy()
      }
    } catch (error) {
      throw explainFailure(host, error, signal.aborted)
    } finally {
      clearTimeout(timer)
    }
  }

/** As the system itself would, so that what stands in its hosts file counts too. */
const resolveBySystem: ResolveName = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address)

const addressesOf = async (
  { url, isPrivate }: RemotePlace,
  resolve: ResolveName,
): Promise<readonly string[]> => {
  const name = url.hostname
  if (isIP(name) !== 0) return [name] // one that the configuration names
  const addresses = await resolve(name)
  if (addresses.length === 0) throw unavailable(url.host, 'it cannot be reached')
  if (!isPrivate && !addresses.every(isPublicAddress))
    throw refusedAddress(url.host, 'its name stands for an address that is not public')
  return addresses
}

/** The certificate is still asked for by name, and so is the host: only where the connection goes is fixed. */
const send = (
  url: URL,
  { method = 'GET', headers = {}, body }: RemoteRequest,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<IncomingMessage> => {
  const options: RequestOptions = {
    method,
    headers: { 'Accept-Encoding': 'identity', ...headers },
    lookup: pinnedTo(addresses),
    agent: false, // no connection of an earlier request is used again
    signal,
  }
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestSecurely : requestPlainly
    request(url, options, resolve).on('error', reject).end(body)
  })
}

const pinnedTo = (addresses: readonly string[]): LookupFunction => {
  const all = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_name, options, callback) => {
    const [first] = all
    if (options.all === true) callback(null, all)
    else if (first !== undefined) callback(null, first.address, first.family)
  }
}

/** Nothing was to be encoded; who does it all the same is understood if it is gzip, as it becomes larger piece by piece. */
const decoded = (host: string, answer: IncomingMessage): AsyncIterable<Uint8Array> => {
  switch (answer.headers['content-encoding']?.toLowerCase() ?? 'identity') {
    case 'identity':
      return answer
    case 'gzip':
      return pipeline(answer, createGunzip(), () => {}) // what goes wrong is thrown where it is read
    default:
      throw unavailable(host, 'its answer is encoded in a way that was not asked for')
  }
}

const headersOf = ({ headersDistinct }: IncomingMessage): Headers => {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value)
  return headers
}

/** Whatever does not hear the signal by itself, as a name that is being resolved, is waited for no longer. */
const before = async <T>(signal: AbortSignal, work: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>()
  const onAbort = () => late.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
