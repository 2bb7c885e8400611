import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statusPathOf } from '../support/harness.ts'
import { ndjson, populationLines } from '../support/population.ts'
import { type R2Server, startR2Server } from '../support/r2-server.ts'
import { isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'
import { startWorker, type WorkerServer } from '../support/worker-server.ts'

describe.skipIf(isSqldMissing)('A Worker', { timeout: 60_000 }, () => {
  let sqld: SqldServer
  let r2: R2Server
  let env: Readonly<Record<string, string>>
  beforeAll(async () => {
    sqld = await startSqld()
    r2 = await startR2Server()
    env = {
      DATABASE_URL: sqld.url,
      ...r2.environment('workers'),
      LOG_LEVEL: 'error',
      LEASE_MS: '1000',
      STORAGE_TIMEOUT_MS: '1000',
    }
  }, 60_000)
  afterAll(async () => {
    await r2.close()
    await sqld.stop()
  })

  const withWorker = async (
    settings: Readonly<Record<string, string>>,
    use: (worker: WorkerServer) => Promise<void>,
  ): Promise<void> => {
    const worker = await startWorker({ ...env, ...settings })
    try {
      await use(worker)
    } finally {
      await worker.stop()
    }
  }

  test('advances an export by its cron trigger, while nobody asks, and removes it once it is deleted', () =>
    withWorker({ TICK_ROWS: '100' }, async ({ url, runCron }) => {
      const body = ndjson(populationLines(200))
      const headers = { 'content-type': 'application/fhir+ndjson' }
      await fetch(`${url}/admin/api/ingest`, { method: 'POST', headers, body })
      const accepted = await fetch(`${url}/fhir/$export`)
      const status = url + statusPathOf(accepted)

      const client = sqld.connect()
      const jobs = async () => (await client.execute('select state from job')).rows.map(({ state }) => state)
      await expect.poll(async () => runCron().then(jobs), { timeout: 20_000 }).toEqual(['completed'])
      expect((await fetch(status)).status).toBe(200)

      await fetch(status, { method: 'DELETE' })
      const storage = r2.storage('workers')
      expect((await storage.list('')).length).toBeGreaterThan(4)
      await runCron()
      expect(await storage.list('')).toEqual([])
      await sleep(2100) // a lease and a write to the storage, which whoever was working might have begun
      await runCron()
      expect(await jobs()).toEqual([])
      client.close()
    }))

  test('that is deployed is not open, whatever is asked of it', () =>
    withWorker({ BASE_URL: 'https://sluice.example.org' }, async ({ url, logs }) => {
      const response = await fetch(`${url}/fhir/$export`)
      expect(response.status).toBe(500)
      expect(await response.json()).toMatchObject({
        resourceType: 'OperationOutcome',
        issue: [{ diagnostics: 'The server could not process the request; its log says why' }],
      })
      expect(logs()).toContain('Cannot use AUTH')
    }))

  test('that is developed answers this machine only', () =>
    withWorker({}, async ({ url }) => {
      const ask = async (headers: Record<string, string>) =>
        (await fetch(`${url}/health`, { headers })).status
      expect(await ask({})).toBe(200)
      expect(await ask({ 'cf-connecting-ip': '203.0.113.7' })).toBe(403)
      expect(await ask({ 'cf-ray': '1' })).toBe(403)
      expect(await ask({ origin: 'https://example.org' })).toBe(403)
    }))

  test('serves the dashboard as assets, and keeps what is wrong in the API an error', () =>
    withWorker({}, async ({ url }) => {
      const page = await fetch(url)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-security-policy')).toBe("frame-ancestors 'none'")
      const html = await page.text()
      expect(html).toContain('<title>Sluice</title>')
      const headers = { 'sec-fetch-mode': 'navigate', accept: 'text/html' }
      expect(await (await fetch(`${url}/jobs/5f0f2c0e`, { headers })).text()).toBe(html)
      const [script = ''] = /\/_app\/immutable\/[^"]+\.js/.exec(html) ?? []
      expect((await fetch(url + script)).headers.get('cache-control')).toContain('immutable')
      for (const path of ['/fhir/nothing', '/fhir', '/admin/api/nothing', '/openapi.json/x', '/nothing']) {
        const response = await fetch(url + path, { headers: { accept: 'text/html' } })
        expect(response.status, path).toBeGreaterThanOrEqual(400)
        expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome' })
      }
    }))

  test('says in its log, and nowhere else, what is wrong with its settings', () =>
    withWorker({ STORAGE_URL: 'file:./data', AWS_SECRET_ACCESS_KEY: 'se cret' }, async ({ url, logs }) => {
      const response = await fetch(`${url}/health`)
      expect(response.status).toBe(500)
      expect(await response.text()).not.toContain('STORAGE_URL')
      expect(logs()).toMatch(/Cannot use STORAGE_URL .{1,2}file:.\/data.{1,2}: there is no disk/)
      expect(logs()).not.toContain('se cret')
    }))

  test('without its database answers 503, and works when it is back', () =>
    withWorker({}, async ({ url }) => {
      await sqld.kill()
      const response = await fetch(`${url}/health`)
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toBe('5')
      await sqld.start()
      expect((await fetch(`${url}/health`)).status).toBe(200)
    }))
})
