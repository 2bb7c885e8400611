import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { hasCode } from '../../worker/errors.ts'
import { nodeRemote, type ResolveName } from '../../worker/platform/node/remote.ts'
import { type AskRemote, maxRemoteBytes } from '../../worker/platform/remote.ts'
import { isPublicAddress } from '../../worker/platform/remote-address.ts'
import { webRemote } from '../../worker/platform/web-remote.ts'
import { type Answer, type RemoteServer, saysJson, startRemoteServer } from '../support/remote-server.ts'

const servers: RemoteServer[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})
const start = async (answer: Answer): Promise<RemoteServer> => {
  const server = await startRemoteServer(answer)
  servers.push(server)
  return server
}

/** What a promise is refused with: its code and message. */
const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'answered',
    (error: unknown) =>
      hasCode(error, 'forbidden', 'remote-unavailable')
        ? `${error.code}: ${error.message}`
        : `other: ${error}`,
  )

const mustNotResolve: ResolveName = async (name) => {
  throw new Error(`resolved ${name}`)
}
const adapters: readonly (readonly [
  string,
  (privateHosts: readonly string[], timeoutMs?: number) => AskRemote,
])[] = [
  ['fetch', (privateHosts, timeoutMs) => webRemote({ privateHosts, timeoutMs })],
  [
    'resolving and pinning',
    (privateHosts, timeoutMs) => nodeRemote({ privateHosts, timeoutMs }, mustNotResolve),
  ],
]

const forbiddenUrls = [
  ['plain http', 'http://keys.example.org/jwks'],
  ['a file', 'file:///etc/passwd'],
  ['data', 'data:application/json,{}'],
  ['ftp', 'ftp://keys.example.org/jwks'],
  ['no URL', 'jwks'],
  ['user and password', 'https://user:password@keys.example.org/jwks'],
  ['a user that looks like the host', 'https://keys.example.org@169.254.169.254/'],
  ['metadata of clouds', 'https://169.254.169.254/latest/meta-data/'],
  ['metadata of clouds, plain', 'http://169.254.169.254/latest/meta-data/'],
  ['metadata by name', 'https://metadata.google.internal/computeMetadata/v1/'],
  ['loopback', 'https://127.0.0.1/'],
  ['loopback with a port', 'https://127.0.0.1:8080/'],
  ['loopback in decimal', 'https://2130706433/'],
  ['loopback in octal', 'https://0177.0.0.1/'],
  ['loopback in hex', 'https://0x7f000001/'],
  ['loopback in hex and parts', 'https://0x7f.0x1/'],
  ['loopback in two numbers', 'https://127.1/'],
  ['loopback in full-width digits', 'https://１２７.０.０.１/'],
  ['loopback percent-encoded', 'https://%31%32%37.0.0.1/'],
  ['loopback with a dot at its end', 'https://127.0.0.1./'],
  ['nothing at all', 'https://0.0.0.0/'],
  ['zero', 'https://0/'],
  ['loopback, IPv6', 'https://[::1]/'],
  ['nothing at all, IPv6', 'https://[::]/'],
  ['loopback mapped into IPv6', 'https://[::ffff:127.0.0.1]/'],
  ['metadata mapped into IPv6, in hex', 'https://[::ffff:a9fe:a9fe]/'],
  ['loopback by NAT64', 'https://[64:ff9b::7f00:1]/'],
  ['private by 6to4', 'https://[2002:0a00:0001::]/'],
  ['link-local, IPv6', 'https://[fe80::1]/'],
  ['unique local, IPv6', 'https://[fd00:ec2::254]/'],
  ['private 10/8', 'https://10.0.0.1/'],
  ['private 172.16/12', 'https://172.16.0.1/'],
  ['private 192.168/16', 'https://192.168.1.1/'],
  ['a public address, for it is no name', 'https://93.184.215.14/'],
  ['localhost', 'https://localhost/'],
  ['localhost in capitals', 'https://LOCALHOST/'],
  ['localhost with a dot at its end', 'https://localhost./'],
  ['below localhost', 'https://a.localhost/'],
  ['.local', 'https://printer.local/'],
  ['.internal', 'https://vault.internal/'],
  ['a single label', 'https://intranet/'],
  ['a single label and a port', 'https://consul:8500/'],
  ['a dot at the end of a public name', 'https://keys.example.org./'],
] as const

describe.each(adapters)('An address of a stranger, by %s,', (_name, adapter) => {
  test.each(forbiddenUrls)('is not asked when it is %s', async (_what, url) => {
    expect(await refusal(adapter([])({ url }))).toMatch(/^forbidden: Cannot ask/)
  })

  test('is not asked on this machine, unless the configuration names it with its port', async () => {
    const server = await start(saysJson({ keys: [] }))
    expect(await refusal(adapter([])({ url: server.url }))).toMatch(/^forbidden/)
    expect(await refusal(adapter([`127.0.0.1:${server.port + 1}`])({ url: server.url }))).toMatch(
      /^forbidden/,
    )
    expect(server.visits).toEqual([])
    expect(await adapter([server.host])({ url: `${server.url}/a` })).toMatchObject({
      status: 200,
      body: '{"keys":[]}',
    })
    expect(await adapter(['127.0.0.1'])({ url: `${server.url}/b` })).toMatchObject({ status: 200 })
    expect(server.visits).toEqual(['/a', '/b'])
  })

  test('is sent what it is to be sent', async () => {
    const server = await start(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      saysJson({ method: request.method, type: request.headers['content-type'], body })(request, response, 1)
    })
    const answer = await adapter([server.host])({
      url: server.url,
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'a=1',
    })
    expect(JSON.parse(answer.body)).toEqual({
      method: 'POST',
      type: 'application/x-www-form-urlencoded',
      body: 'a=1',
    })
    expect(answer.headers.get('content-type')).toBe('application/json')
  })

  test.each([301, 302, 303, 307, 308])('redirects in vain, with %i to metadata', async (status) => {
    const elsewhere = await start(saysJson({}))
    const server = await start((request, response) =>
      saysJson({}, { Location: request.url === '/m' ? 'http://169.254.169.254/' : elsewhere.url }, status)(
        request,
        response,
        1,
      ),
    )
    const ask = adapter(['127.0.0.1'])
    expect(await refusal(ask({ url: `${server.url}/m` }))).toMatch(/^remote-unavailable.*redirects/)
    expect(await refusal(ask({ url: server.url }))).toMatch(/^remote-unavailable.*redirects/)
    expect(elsewhere.visits).toEqual([])
  })

  test('is cut off when it sends too much, however it says how much it is', async () => {
    const half = Buffer.alloc(maxRemoteBytes / 2, ' ')
    const server = await start((request, response) => {
      const isHuge = request.url === '/huge'
      response.writeHead(200)
      response.write(half)
      response.write(half)
      response.end(isHuge ? 'x' : '')
    })
    const ask = adapter([server.host])
    expect((await ask({ url: `${server.url}/just` })).body.length).toBe(maxRemoteBytes)
    expect(await refusal(ask({ url: `${server.url}/huge` }))).toMatch(
      /^remote-unavailable.*more than 524288 bytes/,
    )
  })

  test('is cut off when what it sends becomes too much: a gzip bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))
    expect(bomb.length).toBeLessThan(maxRemoteBytes)
    const server = await start((request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' })
      response.end(request.url === '/small' ? gzipSync('{}') : bomb)
    })
    const ask = adapter([server.host])
    expect((await ask({ url: `${server.url}/small` })).body).toBe('{}')
    expect(await refusal(ask({ url: server.url }))).toMatch(/^remote-unavailable.*more than/)
  })

  test('is not waited for when it trickles, or says nothing', async () => {
    const server = await start((request, response) => {
      if (request.url === '/silent') return
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    })
    const ask = adapter([server.host], 300)
    const startedAt = Date.now()
    expect(await refusal(ask({ url: `${server.url}/slow` }))).toMatch(/^remote-unavailable.*too long/)
    expect(await refusal(ask({ url: `${server.url}/silent` }))).toMatch(/^remote-unavailable.*too long/)
    expect(Date.now() - startedAt).toBeLessThan(3000)
  })

  test('that is closed, breaks off, or sends broken gzip is told of in words that say nothing of the network', async () => {
    const server = await start((request, response) => {
      if (request.url === '/gzip') response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('no gzip')
      else response.writeHead(200, { 'Content-Length': '10' }).write('1', () => response.destroy())
    })
    const ask = adapter(['127.0.0.1'])
    const closed = await start(saysJson({}))
    closed.close()
    for (const url of [`${server.url}/`, `${server.url}/gzip`, closed.url])
      expect(await refusal(ask({ url }))).toMatch(
        /^remote-unavailable: Cannot ask "127.0.0.1:\d+": it cannot be reached$/,
      )
  })
})

describe('A name', () => {
  const url = 'https://keys.example.org/jwks'
  const resolvingTo =
    (...addresses: readonly string[]): ResolveName =>
    async () =>
      addresses

  test.each([
    ['loopback', '127.0.0.1'],
    ['all of loopback', '127.8.8.8'],
    ['private', '10.1.2.3'],
    ['metadata', '169.254.169.254'],
    ['shared (carrier-grade NAT)', '100.64.0.1'],
    ['this network', '0.0.0.0'],
    ['documentation', '192.0.2.1'],
    ['benchmarks', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['metadata of Oracle and Alibaba', '100.100.100.200'],
    ['loopback, IPv6', '::1'],
    ['mapped', '::ffff:10.0.0.1'],
    ['mapped, though public', '::ffff:93.184.215.14'],
    ['compatible', '::127.0.0.1'],
    ['NAT64', '64:ff9b::a00:1'],
    ['NAT64 of the network', '64:ff9b:1::a00:1'],
    ['6to4', '2002:a00:1::1'],
    ['Teredo', '2001:0:a00:1::1'],
    ['unique local', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['documentation, IPv6', '2001:db8::1'],
    ['multicast, IPv6', 'ff02::1'],
    ['not given out yet', '4000::1'],
  ])('that stands for an address that is not public is not asked: %s', async (_what, address) => {
    expect(await refusal(nodeRemote({ privateHosts: [] }, resolvingTo(address))({ url }))).toBe(
      'forbidden: Cannot ask "keys.example.org": its name stands for an address that is not public',
    )
  })

  test('that stands for a public address and for another is not asked', async () => {
    const ask = nodeRemote({ privateHosts: [] }, resolvingTo('93.184.215.14', '10.0.0.1'))
    expect(await refusal(ask({ url }))).toMatch(/^forbidden/)
  })

  test.each(['93.184.215.14', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4001:80b::200e'])(
    'may stand for %s, which is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  test('is resolved once a request, and the connection goes to what came of that: rebinding it gains nothing', async () => {
    const server = await start((request, response) =>
      saysJson({ host: request.headers.host })(request, response, 1),
    )
    const asked: string[] = []
    const name = `rebound.example.org:${server.port}`
    const ask = nodeRemote({ privateHosts: [name] }, async (each) => {
      asked.push(each)
      return asked.length === 1 ? ['127.0.0.1'] : ['127.0.0.2']
    })
    const answer = await ask({ url: `http://${name}/` })
    expect(JSON.parse(answer.body)).toEqual({ host: name })
    expect(asked).toEqual(['rebound.example.org'])
  })

  test('that nobody knows, or whose name server is silent, is told of in the same words as a closed port', async () => {
    const gone = nodeRemote({ privateHosts: [] }, async () => {
      throw new Error('ENOTFOUND keys.example.org')
    })
    expect(await refusal(gone({ url }))).toBe(
      'remote-unavailable: Cannot ask "keys.example.org": it cannot be reached',
    )
    const silent = nodeRemote({ privateHosts: [], timeoutMs: 100 }, () => new Promise(() => {}))
    expect(await refusal(silent({ url }))).toBe(
      'remote-unavailable: Cannot ask "keys.example.org": it takes too long',
    )
  })
})
