import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { TLSSocket } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { denoPath } from '../support/deno-server.ts'

/** A connection that is fixed to a checked address still asks for host and certificate by name. */

const root = join(import.meta.dirname, '../..')
const name = 'keys.example.org'
let folder: string
let port = 0
const seen: {
  readonly serverName: unknown
  readonly host: string | undefined
  readonly to: string | undefined
}[] = []

const server = createServer((request, response) => {
  const { socket } = request
  seen.push({
    serverName: socket instanceof TLSSocket ? socket.servername : undefined,
    host: request.headers.host,
    to: socket.localAddress,
  })
  if (request.url === '/bomb')
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(32 * 1024 * 1024, ' ')))
  else if (request.url === '/slow') response.writeHead(200).write('{')
  else if (request.url === '/away') response.writeHead(302, { Location: 'https://169.254.169.254/' }).end()
  else response.end('{"keys":[]}')
})

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-pinned-'))
  makeCertificates()
  server.setSecureContext({
    key: readFileSync(join(folder, 'key.pem')),
    cert: readFileSync(join(folder, 'cert.pem')),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' ? (address?.port ?? 0) : 0
})

/** Of an authority of our own, for Deno takes no certificate that vouches for itself. */
const makeCertificates = (): void => {
  const openssl = (...args: readonly string[]) =>
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...args],
      {
        cwd: folder,
        stdio: 'ignore',
      },
    )
  openssl('-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority')
  openssl(
    ...[
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      '-subj',
      `/CN=${name}`,
    ],
    ...['-addext', `subjectAltName=DNS:${name}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
  )
}

afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const runtimes = [
  ['Node', () => [process.execPath]],
  ['Deno', () => [denoPath(), 'run', '--allow-net', '--allow-env', '--allow-sys', '--no-prompt']],
] as const

describe.each(runtimes)('A pinned connection of %s', (_name, command) => {
  const ask = async (url: string, isTrusted: boolean): Promise<unknown> => {
    const [program = '', ...args] = command()
    const certificate = join(folder, 'ca.pem')
    const child = spawn(program, [...args, 'test/support/ask-pinned.ts', url, '127.0.0.1', '127.0.0.9'], {
      cwd: root,
      env: { ...process.env, ...(isTrusted && { NODE_EXTRA_CA_CERTS: certificate }) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return JSON.parse(await text(child.stdout))
  }

  test('goes to the address that was checked, under the name that was asked for', {
    timeout: 60_000,
  }, async () => {
    seen.length = 0
    const url = `https://${name}:${port}/jwks`
    expect(await ask(url, true)).toEqual({ status: 200, body: '{"keys":[]}', resolved: 1 })
    expect(seen).toEqual([{ serverName: name, host: `${name}:${port}`, to: '127.0.0.1' }])
  })

  test('is not made to a host whose certificate is for another name, or that nobody has vouched for', {
    timeout: 60_000,
  }, async () => {
    seen.length = 0
    const unreached = { error: expect.stringContaining('it cannot be reached'), resolved: 1 }
    expect(await ask(`https://other.example.org:${port}/jwks`, true)).toEqual(unreached)
    expect(await ask(`https://${name}:${port}/jwks`, false)).toEqual(unreached)
    expect(seen).toEqual([])
  })

  test.each([
    ['bomb', 'it sends more than 524288 bytes'],
    ['slow', 'it takes too long'],
    ['away', 'it redirects elsewhere'],
  ])('gives up on /%s', { timeout: 60_000 }, async (path, reason) => {
    const error = expect.stringContaining(reason)
    expect(await ask(`https://${name}:${port}/${path}`, true)).toEqual({ error, resolved: 1 })
  })
})
