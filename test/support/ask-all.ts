import { importJWK, jwtVerify } from 'jose'
import { hasCode } from '../../worker/errors.ts'
import { parsePublicKeySet } from '../../worker/platform/jwk-set.ts'
import { pickKey } from '../../worker/platform/pick-key.ts'
import { webRemote } from '../../worker/platform/web-remote.ts'

/** What comes of asking a server for this and that by `fetch`, and of tokens judged by the keys that it has. */
export const askAll = async (host: string, tokens: readonly string[]): Promise<readonly string[]> => {
  const ask = webRemote({ privateHosts: [host], timeoutMs: 1000 })
  const said = async (url: string): Promise<string> => {
    try {
      const { status, body, headers } = await ask({ url, headers: { Accept: 'application/json' } })
      return `${status} ${body.length} ${headers.get('cache-control')}`
    } catch (error) {
      return hasCode(error, 'forbidden', 'remote-unavailable')
        ? `${error.code} ${error.message}`
        : `other ${error}`
    }
  }
  const urls = ['/jwks', '/gone', '/huge', '/bomb', '/slow', '/silent', '/broken', '/away'].map(
    (path) => `http://${host}${path}`,
  )
  const outcomes: string[] = []
  for (const url of [
    ...urls,
    'http://169.254.169.254/',
    'https://0x7f000001/',
    'https://[::1]/',
    'https://vault.internal/',
  ])
    outcomes.push(`${url}: ${await said(url)}`)
  const keySet = parsePublicKeySet(JSON.parse((await ask({ url: `http://${host}/jwks` })).body))
  for (const token of tokens) outcomes.push(await judged(token))
  return outcomes

  async function judged(token: string): Promise<string> {
    try {
      const { protectedHeader } = await jwtVerify(token, ({ kid, alg }) => {
        const { key } = pickKey(keySet, kid, alg)
        if (key === undefined) throw new Error('there is no key')
        return importJWK(key, alg)
      })
      return `${protectedHeader.alg} good`
    } catch (error) {
      return error instanceof Error ? error.message : 'unknown'
    }
  }
}
