import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { askAll } from '../support/ask-all.ts'
import { startPlainWorkerd } from '../support/plain-workerd.ts'
import { saysJson, startRemoteServer } from '../support/remote-server.ts'
import { makeKey } from '../support/smart.ts'

const algorithms = ['RS256', 'RS384', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

const startKeyServer = (keys: readonly object[]) =>
  startRemoteServer((request, response) => {
    switch (request.url) {
      case '/jwks':
        return saysJson({ keys }, { 'Cache-Control': 'max-age=60' })(request, response, 1)
      case '/huge':
        return void response.end(' '.repeat(600_000))
      case '/bomb':
        return void response
          .writeHead(200, { 'Content-Encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(1e7, ' ')))
      case '/slow':
        return void response.writeHead(200).write('{')
      case '/silent':
        return undefined
      case '/broken':
        return void response.destroy()
      case '/away':
        return saysJson({}, { Location: '/jwks' }, 302)(request, response, 1)
      default:
        return saysJson({}, {}, 404)(request, response, 1)
    }
  })

test('A Worker asks servers of others, and judges their keys, as a process does', {
  timeout: 60_000,
}, async () => {
  const [keys, tokens]: [object[], string[]] = [[], []]
  for (const alg of algorithms) {
    const pair = await makeKey(alg, alg)
    keys.push(pair.publicKey)
    tokens.push(await new SignJWT({ sub: 'a' }).setProtectedHeader({ alg, kid: alg }).sign(pair.privateKey))
  }
  const [first = '', second = ''] = tokens
  tokens.push(first.slice(0, -8) + second.slice(-8))
  const server = await startKeyServer(keys)
  const worker = await startPlainWorkerd(join(import.meta.dirname, '../support/ask-worker.ts'))
  try {
    const body = JSON.stringify({ host: server.host, tokens })
    const inWorkerd: unknown = await (await fetch(worker.url, { method: 'POST', body })).json()
    const inNode = await askAll(server.host, tokens)
    expect(inWorkerd).toEqual(inNode)
    expect(inNode.map((line) => line.replace(/^.*?: /, ''))).toEqual([
      expect.stringMatching(/^200 \d+ max-age=60$/),
      '404 2 null',
      expect.stringContaining('it sends more than'),
      expect.stringContaining('it sends more than'),
      expect.stringContaining('it takes too long'),
      expect.stringContaining('it takes too long'),
      expect.stringContaining('it cannot be reached'),
      expect.stringContaining('it redirects elsewhere'),
      ...Array.from({ length: 4 }, () => expect.stringMatching(/^forbidden Cannot ask/)),
      ...algorithms.map((alg) => `${alg} good`),
      'signature verification failed',
    ])
  } finally {
    await worker.stop()
    server.close()
  }
})
