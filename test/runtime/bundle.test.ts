import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statusPathOf } from '../support/harness.ts'
import { startR2Server } from '../support/r2-server.ts'
import { isSqldMissing, startSqld } from '../support/sqld-server.ts'

/**
 * Cloudflare takes 3 MB on the free plan and 10 MB on a paid one; what is loaded at a cold start should stay far from that. A fifth of it is
 * the library that verifies passkeys, most of which looks into kinds of attestation: it is run when a passkey is first verified.
 */
const maxGzippedBytes = 800 * 1024

const root = join(import.meta.dirname, '../..')

describe('The bundle of `wrangler deploy`', { timeout: 120_000 }, () => {
  let folder: string
  let script: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-bundle-'))
    const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js')
    const args = [wrangler, 'deploy', '--dry-run', '--outdir', folder]
    const env = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' }
    await promisify(execFile)(process.execPath, args, { cwd: root, env })
    script = await readFile(join(folder, 'index.js'), 'utf8')
  }, 120_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('is small, and needs nothing of Node', () => {
    expect(gzipSync(script).length).toBeLessThan(maxGzippedBytes)
    expect(script).not.toMatch(/\bfrom\s*["'](?:node:|fs|path|crypto)|\brequire\(["']node:/)
  })

  test.skipIf(isSqldMissing)(
    'runs on miniflare as it is, and exports when its trigger is pulled',
    async () => {
      const [sqld, r2] = [await startSqld(), await startR2Server()]
      const options = convertV4MiniflareOptions({
        modules: [{ type: 'ESModule', path: 'index.js', contents: script }],
        compatibilityDate: '2026-11-01',
        unsafeTriggerHandlers: true,
        bindings: {
          AUTH: 'open',
          BASE_URL: 'http://localhost',
          DATABASE_URL: sqld.url,
          ...r2.environment('miniflare'),
        },
      })
      const miniflare = new Miniflare(options)
      try {
        const ask = (path: string, init = {}) => miniflare.dispatchFetch(`http://localhost${path}`, init)
        const headers = { 'content-type': 'application/fhir+json' }
        const body = '{"resourceType":"Patient","id":"one","multipleBirthInteger":1}'
        expect((await ask('/fhir/Patient/one', { method: 'PUT', headers, body })).status).toBe(201)
        expect((await ask('/fhir/Patient/one/_history/1')).status).toBe(200)
        expect(await (await ask('/fhir/Patient/one/_history')).json()).toMatchObject({ total: 1 })
        const png = {
          method: 'POST',
          headers: { 'content-type': 'image/png' },
          body: new Uint8Array(300_000),
        }
        const { id } = (await (await ask('/fhir/Binary', png)).json()) as { id: string }
        expect((await (await ask(`/fhir/Binary/${id}`)).arrayBuffer()).byteLength).toBe(300_000)
        expect((await ask(`/fhir/Binary/${id}`, { method: 'DELETE' })).status).toBe(204)
        const accepted = await ask('/fhir/$export')
        expect(accepted.status).toBe(202)
        expect((await ask('/cdn-cgi/local/scheduled?cron=*+*+*+*+*')).status).toBe(200)
        const path = statusPathOf(accepted)
        await expect.poll(async () => (await ask(path)).status, { timeout: 10_000 }).toBe(200)
        expect(await (await ask(path)).json()).toMatchObject({ output: [{ type: 'Patient', count: 1 }] })
      } finally {
        await miniflare.dispose()
        await r2.close()
        await sqld.stop()
      }
    },
  )
})
