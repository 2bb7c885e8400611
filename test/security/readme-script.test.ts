import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { importJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parsePublicKeySet } from '../../worker/platform/jwk-set.ts'
import { fakeAuthority } from '../cli/fake-authority.ts'
import {
  accepts,
  type FakeBulkServer,
  file,
  inTurn,
  manifestOf,
  patients,
  says,
  startFakeBulkServer,
} from '../cli/fake-bulk-server.ts'

/** The script of the README, with the tools that it names: skipped where they are not installed. */

const hasTools = (): boolean => {
  try {
    for (const tool of ['jose', 'jq', 'curl', 'openssl']) execFileSync('which', [tool], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const adminKey = 'slk_an-access-key'
const registration = z.object({
  name: z.string(),
  jwks: z.unknown().transform(parsePublicKeySet),
  scopes: z.array(z.string()),
})

describe.skipIf(!hasTools())('The script of the README', () => {
  let folder: string
  let server: FakeBulkServer
  let registered: z.output<typeof registration> | undefined

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-script-'))
    let base = ''
    const key = async () => {
      const made = await importJWK({ ...registered?.jwks.keys[0] }, 'ES384')
      if (made instanceof Uint8Array) throw new Error('the key is symmetric')
      return made
    }
    const authority = fakeAuthority(() => `${base}/auth/token`, key)
    const manifest = (url: string) =>
      manifestOf([{ type: 'Patient', url: `${url}/files/Patient-1.ndjson`, count: 3 }], {
        requiresAccessToken: true,
      })
    server = await startFakeBulkServer((url) => ({
      'POST /admin/api/clients': ({ headers, body }, response) => {
        if (headers.authorization !== `Bearer ${adminKey}`) return void response.writeHead(401).end()
        registered = registration.parse(JSON.parse(body))
        response.writeHead(201).end(JSON.stringify({ clientId: 'analytics' }))
      },
      '/fhir/.well-known/smart-configuration': authority.configuration,
      '/auth/token': authority.token,
      '/fhir/$export': authority.guarded(accepts(`${url}/status/1`)),
      '/status/1': inTurn(
        authority.guarded((_seen, response) => {
          authority.revokeAll()
          response.writeHead(202, { 'Retry-After': '1' }).end()
        }),
        authority.guarded(says(200, manifest(url))),
      ),
      '/files/Patient-1.ndjson': authority.guarded(file(patients(3), '"v1"')),
    }))
    base = server.url
  })
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('makes a key pair, registers, gets tokens, exports and downloads', { timeout: 60_000 }, async () => {
    const out = join(folder, 'out')
    const { stdout } = await promisify(execFile)('sh', [join(import.meta.dirname, 'smart-flow.sh'), out], {
      env: { ...process.env, BASE: server.url, ADMIN_KEY: adminKey },
    })
    expect(registered).toMatchObject({ name: 'README', scopes: ['system/*.rs'] })
    expect(readFileSync(join(out, 'Patient-1.ndjson'), 'utf8')).toBe(patients(3).toString())
    expect(stdout).toContain('registered as analytics')
    expect(stdout).not.toMatch(/slk_|token-/)
  })
})
