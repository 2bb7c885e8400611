import { explainFailure, readBounded, refuseRedirect } from './read-answer.ts'
import { type AskRemote, type RemotePolicy, remoteTimeoutMs } from './remote.ts'
import { checkRemoteUrl } from './remote-address.ts'

/**
 * By the runtime's own `fetch`, which resolves names by itself: only what a URL says can be judged. That is enough on Workers, whose
 * `fetch` reaches the public internet and nothing else; a process resolves and pins (`node/remote.ts`).
 */
export const webRemote =
  ({ privateHosts, timeoutMs = remoteTimeoutMs }: RemotePolicy): AskRemote =>
  async ({ url: text, method = 'GET', headers = {}, body }) => {
    const { url } = checkRemoteUrl(text, privateHosts)
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal,
        ...(body !== undefined && { body }),
      })
      refuseRedirect(url.host, response.status)
      return {
        status: response.status,
        headers: response.headers,
        body: await readBounded(url.host, response.body),
      }
    } catch (error) {
      throw explainFailure(url.host, error, signal.aborted)
    }
  }
