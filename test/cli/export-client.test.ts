import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CryptoKey, exportJWK, exportPKCS8, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readClientKey } from '../../worker/cli/export/client-key.ts'
import { assertEndpoint } from '../../worker/cli/export/token-endpoint.ts'
import { runCli } from '../support/run-cli.ts'
import { type FakeAuthority, fakeAuthority } from './fake-authority.ts'
import {
  accepts,
  type FakeBulkServer,
  file,
  inTurn,
  manifestOf,
  patients,
  type Route,
  says,
  startFakeBulkServer,
} from './fake-bulk-server.ts'

let folder: string
let out: string
const servers: FakeBulkServer[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-client-'))
  out = join(folder, 'out')
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(folder, { recursive: true, force: true })
})

const pair = await generateKeyPair('ES384', { extractable: true })
const privateJwk = { ...(await exportJWK(pair.privateKey)), kid: 'first' }

const write = (name: string, content: string | object, mode = 0o600): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode })
  chmodSync(path, mode)
  return path
}

const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const { exitCode, stdout, stderr } = await runCli(['export', '--out', out, ...args], env)
  return { exitCode, said: stdout + stderr }
}

type Scene = {
  readonly server: FakeBulkServer
  readonly authority: FakeAuthority
  readonly args: readonly string[]
}

/** A SMART server with files of Patients, and the arguments to export from it. */
const scene = async (
  more: (authority: FakeAuthority, url: string) => Readonly<Record<string, Route>> = () => ({}),
  options: { readonly expiresIn?: number; readonly files?: number } = {},
): Promise<Scene> => {
  const { files = 1, ...rest } = options
  let base = ''
  const authority = fakeAuthority(
    () => `${base}/auth/token`,
    async () => pair.publicKey,
    rest,
  )
  const names = Array.from({ length: files }, (_, index) => `f${index}.ndjson`)
  const server = await startFakeBulkServer((url) => {
    const output = names.map((name) => ({ type: 'Patient', url: `${url}/${name}`, count: 3 }))
    return {
      '/fhir/.well-known/smart-configuration': authority.configuration,
      '/auth/token': authority.token,
      '/fhir/$export': authority.guarded(accepts(`${url}/status/1`)),
      '/status/1': authority.guarded(says(200, manifestOf(output, { requiresAccessToken: true }))),
      ...Object.fromEntries(names.map((name) => [`/${name}`, authority.guarded(file(patients(3), '"v1"'))])),
      ...more(authority, url),
    }
  })
  base = server.url
  servers.push(server)
  const key = write('private.jwk.json', privateJwk)
  return {
    server,
    authority,
    args: ['--server', `${server.url}/fhir`, '--client-id', 'analytics', '--key', key],
  }
}
const tokenRequests = ({ server }: Scene): number =>
  server.seen.filter(({ path }) => path === '/auth/token').length

/** All that the command has left on the disk, and said. */
const everything = (said: string): string =>
  readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(out, name)).isFile())
    .map((name) => readFileSync(join(out, name), 'utf8'))
    .join('') + said

describe('export with a client id and a key', () => {
  it('finds the token endpoint, gets a token, and exports with it; neither token nor key is written anywhere', async () => {
    const all = await scene()
    const { exitCode, said } = await run(all.args)
    expect({ exitCode, said }).toMatchObject({ exitCode: 0 })
    expect(readFileSync(join(out, 'f0.ndjson'), 'utf8')).toBe(patients(3).toString())
    expect(tokenRequests(all)).toBe(1)
    expect(all.authority.scopes).toEqual(['system/*.rs'])
    const kept = everything(said)
    const assertion = new URLSearchParams(
      all.server.seen.find(({ path }) => path === '/auth/token')?.body,
    ).get('client_assertion')
    for (const secret of ['token-1', String(privateJwk.d), String(assertion)])
      expect(kept).not.toContain(secret)
    expect(JSON.stringify(all.server.seen)).not.toContain(String(privateJwk.d))
  })

  it('asks for the scopes that it is told to', async () => {
    const all = await scene()
    await run([...all.args, '--scope', 'system/Patient.rs system/Group.rs'])
    expect(all.authority.scopes).toEqual(['system/Patient.rs system/Group.rs'])
  })

  it('gets a new token before the old one ends, and not at each request', async () => {
    const busy = inTurn(...Array.from({ length: 6 }, () => says(202, '', { 'Retry-After': '0' })))
    const status = (url: string) =>
      says(
        200,
        manifestOf([{ type: 'Patient', url: `${url}/f0.ndjson`, count: 3 }], { requiresAccessToken: true }),
      )
    const all = await scene(
      (authority, url) => ({
        '/status/1': authority.guarded((seen, response, visit) =>
          (visit <= 6 ? busy : status(url))(seen, response, visit),
        ),
      }),
      { expiresIn: 1 },
    )
    expect((await run(all.args)).exitCode).toBe(0)
    expect(tokenRequests(all)).toBeGreaterThan(1)
    expect(tokenRequests(all)).toBeLessThan(6)
    expect(
      all.server.seen.filter(({ path }) => path === '/fhir/.well-known/smart-configuration'),
    ).toHaveLength(1)
  })

  it('gets one new token when the old one is refused in the middle, however many downloads find that out at once', async () => {
    const all = await scene(
      (authority, url) => ({
        '/status/1': (seen, response, visit) => {
          const output = Array.from({ length: 12 }, (_, index) => ({
            type: 'Patient',
            url: `${url}/f${index}.ndjson`,
            count: 3,
          }))
          authority.guarded(says(200, manifestOf(output, { requiresAccessToken: true })))(
            seen,
            response,
            visit,
          )
          authority.revokeAll()
        },
      }),
      { files: 12 },
    )
    const { exitCode, said } = await run([...all.args, '--parallel', '12'])
    expect({ exitCode, said }).toMatchObject({ exitCode: 0 })
    expect(all.authority.issued).toEqual(['token-1', 'token-2'])
  })

  it('goes on where a download broke off though its token has ended meanwhile', async () => {
    const body = patients(3)
    const all = await scene((authority) => ({
      '/f0.ndjson': authority.guarded((seen, response, visit) => {
        if (visit > 1) return file(body, '"v1"')(seen, response, visit)
        response.writeHead(200, { ETag: '"v1"', 'Content-Length': String(body.length) })
        response.write(body.subarray(0, 50), () => {
          authority.revokeAll()
          setTimeout(() => response.destroy(), 20)
        })
      }),
    }))
    const { exitCode, said } = await run(all.args)
    expect({ exitCode, said }).toMatchObject({ exitCode: 0 })
    expect(all.server.seen.at(-1)?.headers).toMatchObject({
      range: 'bytes=50-',
      authorization: 'Bearer token-2',
    })
  })

  it('gives up at once when a new token is refused as well, or none is given', async () => {
    const refusing = await scene(() => ({ '/fhir/$export': says(401) }))
    const first = await run(refusing.args)
    expect(first).toMatchObject({ exitCode: 1, said: expect.stringContaining('HTTP 401') })
    expect(tokenRequests(refusing)).toBe(2)
    const unknown = await scene(() => ({
      '/auth/token': ({ body }, response) =>
        response.writeHead(400).end(
          JSON.stringify({
            error: 'invalid_client',
            error_description: `who? ${new URLSearchParams(body).get('client_assertion')}`,
          }),
        ),
    }))
    const { exitCode, said } = await run([...unknown.args, '--restart'])
    expect(exitCode).toBe(1)
    expect(said).toContain('Cannot get an access token: invalid_client: who? …')
    expect(said).not.toContain('eyJ')
    expect(tokenRequests(unknown)).toBe(1)
  })

  it('waits for a token endpoint that is busy', async () => {
    const all = await scene((authority) => ({ '/auth/token': inTurn(says(503), authority.token) }))
    expect((await run(all.args)).exitCode).toBe(0)
  })

  it('does not give up an export that runs when no token is to be had for it', async () => {
    const all = await scene((authority) => ({
      '/status/1': authority.guarded((_seen, response) => {
        authority.revokeAll()
        response.writeHead(202, { 'Retry-After': '0' }).end()
      }),
      '/auth/token': inTurn(authority.token, says(404)),
    }))
    const { exitCode, said } = await run(all.args)
    expect({ exitCode, said }).toMatchObject({ exitCode: 1, said: expect.stringContaining('access token') })
    expect(JSON.parse(readFileSync(join(out, '.sluice-export.json'), 'utf8'))).toMatchObject({
      run: { statusUrl: `${all.server.url}/status/1` },
    })
  })

  it('goes on with a run by --resume, and with one by --status when it is told the token endpoint', async () => {
    const all = await scene((authority) => ({
      '/f0.ndjson': inTurn(authority.guarded(says(403)), authority.guarded(file(patients(3), '"v1"'))),
    }))
    const [, , ...credentials] = all.args
    expect((await run(all.args)).exitCode).toBe(0)
    rmSync(out, { recursive: true })
    const stopped = await scene((authority) => ({
      '/status/1': inTurn(authority.guarded(says(403)), authority.guarded(says(200, manifestOf([])))),
    }))
    expect((await run(stopped.args)).exitCode).toBe(1)
    expect((await run(['--resume', ...credentials])).exitCode).toBe(0)
    rmSync(out, { recursive: true })
    const status = ['--status', `${all.server.url}/status/1`, ...credentials]
    expect((await run(status)).said).toContain('give --token-url')
    expect((await run([...status, '--token-url', `${all.server.url}/auth/token`])).exitCode).toBe(0)
  })

  it('takes its client from the options alone', async () => {
    const all = await scene()
    const [, , id = '', name = '', option = '', path = ''] = all.args
    expect(await run(all.args, { SLUICE_TOKEN: 'abc' })).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('use one'),
    })
    expect(await run([...all.args.slice(0, 2), id, name])).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('go together'),
    })
    expect(await run([...all.args.slice(0, 2), option, path])).toMatchObject({ exitCode: 2 })
    expect(await run([...all.args.slice(0, 2), '--scope', 'system/*.rs'])).toMatchObject({ exitCode: 2 })
    expect(await run([...all.args, '--scope', 'a  b'])).toMatchObject({ exitCode: 2 })
    expect(await run([...all.args, '--token-url', 'https://user:secret@example.org/'])).toMatchObject({
      exitCode: 2,
      said: expect.not.stringContaining('secret'),
    })
    expect(all.server.seen).toEqual([])
  })

  it('says so when others may read the key', async () => {
    const all = await scene()
    write('private.jwk.json', privateJwk, 0o644)
    expect((await run(all.args)).said).toContain('Others on this machine may read')
  })
})

describe('The token endpoint', () => {
  const configured = (answer: Route) => scene(() => ({ '/fhir/.well-known/smart-configuration': answer }))

  it('is told apart from what is none', async () => {
    const bad: readonly (readonly [Route, string])[] = [
      [says(404), 'give --token-url'],
      [says(200, '<html>'), 'names none'],
      [says(200, {}), 'names none'],
      [says(200, { token_endpoint: '/auth/token' }), 'it is no URL'],
      [says(200, { token_endpoint: 'http://elsewhere.example.org/token' }), 'it is not https'],
      [says(200, { token_endpoint: 'ftp://127.0.0.1/token' }), 'it is not https'],
      [says(200, { token_endpoint: 'https://a:b@example.org/token' }), 'it is no URL'],
    ]
    for (const [answer, reason] of bad) {
      const all = await configured(answer)
      const { exitCode, said } = await run([...all.args, '--restart'])
      expect(exitCode).toBe(1)
      expect(said).toContain(`Cannot find the token endpoint of the server: `)
      expect(said).toContain(reason)
      expect(tokenRequests(all)).toBe(0)
    }
  })

  it('may be anywhere by https; by http it is that of the server itself, or on this machine', () => {
    const server = new URL('http://fhir.example.org:8080/fhir')
    expect(assertEndpoint('https://login.example.org/token', server)).toBe('https://login.example.org/token')
    expect(assertEndpoint('http://fhir.example.org:8080/token', server)).toBe(
      'http://fhir.example.org:8080/token',
    )
    expect(assertEndpoint('http://[::1]:9/token', server)).toBe('http://[::1]:9/token')
    for (const endpoint of [
      'http://fhir.example.org/token',
      'http://login.example.org:8080/token',
      'http://localhost.example.org/',
    ])
      expect(() => assertEndpoint(endpoint, server)).toThrow('it is not https')
    expect(() => assertEndpoint('http://fhir.example.org/t', new URL('https://fhir.example.org/'))).toThrow()
  })

  it('gets the assertion, and nobody that it redirects to does', async () => {
    const elsewhere = await startFakeBulkServer(() => ({ '/token': says(200, {}) }))
    servers.push(elsewhere)
    const all = await scene(() => ({ '/auth/token': says(307, '', { Location: `${elsewhere.url}/token` }) }))
    expect((await run(all.args)).exitCode).toBe(1)
    expect(elsewhere.seen).toEqual([])
  })
})

describe('A key file', () => {
  const read = (path: string, kid?: string, alg?: string) => readClientKey({ path, kid, alg })
  const works = async (
    { key, alg }: { readonly key: CryptoKey; readonly alg: string },
    publicKey: CryptoKey,
  ): Promise<boolean> => {
    const token = await new SignJWT({}).setProtectedHeader({ alg }).sign(key)
    return jwtVerify(token, publicKey).then(() => true)
  }

  it('is a JWK, a JWK Set with one private key or with one of that id, or PEM', async () => {
    const other = {
      ...(await exportJWK((await generateKeyPair('ES384', { extractable: true })).privateKey)),
      kid: 'second',
    }
    const shown = { ...(await exportJWK(pair.publicKey)), kid: 'shown' }
    const jwk = await read(write('jwk', privateJwk))
    expect(jwk).toMatchObject({ kid: 'first', alg: 'ES384', isExposed: false })
    expect(await works(jwk, pair.publicKey)).toBe(true)
    expect(jwk.key.extractable).toBe(false)
    expect(await read(write('set', { keys: [shown, privateJwk] }))).toMatchObject({ kid: 'first' })
    expect(
      await works(await read(write('two', { keys: [other, privateJwk] }), 'first'), pair.publicKey),
    ).toBe(true)
    expect(await read(write('jwk', privateJwk), 'renamed')).toMatchObject({ kid: 'renamed' })
    const pem = await read(write('pem', await exportPKCS8(pair.privateKey)), 'mine')
    expect(pem).toMatchObject({ kid: 'mine', alg: 'ES384' })
    expect(await works(pem, pair.publicKey)).toBe(true)
  })

  it.each([
    ['RS384', 'rsa', {}],
    ['ES256', 'ec', { namedCurve: 'P-256' }],
    ['ES512', 'ec', { namedCurve: 'P-521' }],
    ['EdDSA', 'ed25519', {}],
  ] as const)('signs by %s where it is of that kind and nothing else is said', async (alg, type, options) => {
    const { privateKey, publicKey } =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : type === 'ec'
          ? generateKeyPairSync('ec', { namedCurve: options.namedCurve })
          : generateKeyPairSync('ed25519')
    const path = write('pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    const key = await read(path, 'k')
    expect(key.alg).toBe(alg)
    const verifying = await importJWK(publicKey.export({ format: 'jwk' }), alg)
    expect(verifying instanceof Uint8Array || (await works(key, verifying))).toBe(true)
    if (type === 'rsa') expect((await read(path, 'k', 'PS256')).alg).toBe('PS256')
  })

  it('is refused when it is anything else, and is never repeated', async () => {
    const { d: _, ...publicJwk } = privateJwk
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const locked = privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString()
    const bad: readonly (readonly [string, string | object, string])[] = [
      ['public', publicJwk, 'no private key'],
      ['symmetric', { kty: 'oct', k: 'c2VjcmV0', kid: 'a' }, 'no private key'],
      ['nothing', '', 'neither a private JWK'],
      ['broken', '{"kty":"EC","d":"c2VjcmV0"', 'no private key'],
      ['two', { keys: [privateJwk, { ...privateJwk, kid: 'b' }] }, 'more than one private key'],
      ['nameless', { ...privateJwk, kid: undefined }, 'give --key-id'],
      ['hollow', { kty: 'EC', crv: 'P-384', d: 'c2VjcmV0', kid: 'a' }, 'no good key for ES384'],
      ['misled', { ...privateJwk, alg: 'HS256' }, 'no good key for HS256'],
      ['unsigned', { ...privateJwk, alg: 'none' }, 'no good key for none'],
      ['locked', locked, 'without a passphrase'],
    ]
    for (const [name, content, reason] of bad) {
      const refusal = await read(write(name, content)).then(
        () => 'read',
        (error: unknown) => String(error),
      )
      expect(refusal).toContain(reason)
      expect(refusal).not.toMatch(/c2VjcmV0|BEGIN/)
      expect(refusal).not.toContain(String(privateJwk.d))
    }
    await expect(read(join(folder, 'missing'))).rejects.toThrow('it cannot be read')
    await expect(read(folder)).rejects.toThrow('it cannot be read')
    await expect(read(write('one', { keys: [privateJwk] }), 'other')).rejects.toThrow(
      'no private key of that id',
    )
  })
})

describe('keys', () => {
  const keys = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await runCli(['keys', '--out', out, ...args])
    return { exitCode, said: stdout + stderr }
  }
  const json = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8'))

  it.each(['ES384', 'RS384', 'ES256', 'EdDSA'])(
    'makes a pair for %s that export and registration can use',
    async (alg) => {
      const { exitCode, said } = await keys('--alg', alg)
      expect(exitCode).toBe(0)
      const [
        secret,
        {
          keys: [shown],
        },
      ] = [json('private.jwk.json'), json('public.jwks.json')]
      expect(statSync(join(out, 'private.jwk.json')).mode & 0o777).toBe(0o600)
      expect(statSync(out).mode & 0o777).toBe(0o700)
      expect(said).not.toContain(secret.d)
      expect(shown).not.toHaveProperty('d')
      expect(shown).toMatchObject({ kid: secret.kid, alg, use: 'sig' })
      const key = await readClientKey({ path: join(out, 'private.jwk.json'), kid: undefined, alg: undefined })
      expect(key).toMatchObject({ alg, kid: shown.kid, isExposed: false })
      const token = await new SignJWT({}).setProtectedHeader({ alg }).sign(key.key)
      await jwtVerify(token, await importJWK(shown, alg))
    },
  )

  it('writes over nothing', async () => {
    await keys()
    const before = readFileSync(join(out, 'private.jwk.json'), 'utf8')
    expect(await keys()).toMatchObject({ exitCode: 2, said: expect.stringContaining('is there already') })
    expect(readFileSync(join(out, 'private.jwk.json'), 'utf8')).toBe(before)
    rmSync(join(out, 'private.jwk.json'))
    expect(await keys()).toMatchObject({ exitCode: 2 })
    expect(readdirSync(out)).toEqual(['public.jwks.json'])
  })

  it('has an algorithm of the list, ES384 by default', async () => {
    expect((await keys('--alg', 'HS256')).exitCode).toBe(2)
    await keys()
    expect(json('private.jwk.json')).toMatchObject({ crv: 'P-384' })
  })

  it('makes the same key id as other tools do, where one is at hand', async () => {
    await keys()
    const thumbprint = () =>
      execFileSync('jose', ['jwk', 'thp', '-i', join(out, 'private.jwk.json')], { encoding: 'utf8' })
    let known: string | undefined
    try {
      known = thumbprint().trim()
    } catch {
      known = undefined // no such tool here
    }
    if (known !== undefined) expect(json('private.jwk.json').kid).toBe(known)
  })
})
