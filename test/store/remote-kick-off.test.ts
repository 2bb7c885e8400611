import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../worker/http/app.ts'
import { ingestNdjson } from '../../worker/ingest/ingest-ndjson.ts'
import { randomId } from '../../worker/platform/ids.ts'
import { createRemoteDb } from '../../worker/store/open-remote-database.ts'
import { readEstimate } from '../support/estimate.ts'
import { createHarness, type Harness, pathOf, streamOf } from '../support/harness.ts'
import { sampleLines } from '../support/sample-lines.ts'
import { isSqldMissing, type SqldServer, startSqld } from '../support/sqld-server.ts'

describe.skipIf(isSqldMissing)('A kick-off on a libSQL server', { timeout: 60_000 }, () => {
  let sqld: SqldServer
  beforeAll(async () => {
    sqld = await startSqld()
  })
  afterAll(() => sqld.stop())

  const open: Harness[] = []
  afterEach(() => {
    for (const harness of open.splice(0)) harness.close()
  })

  test('sent to several processes at once with one Idempotency-Key starts one job', async () => {
    const harness = await createHarness({}, undefined, await sqld.emptied())
    open.push(harness)
    await harness.load([{ resourceType: 'Patient', id: 'p' }])
    const processes = Array.from({ length: 3 }, () => {
      const db = createRemoteDb(sqld.connect())
      return { db, app: createApp({ ...harness.deps, db, newId: randomId }, () => {}) }
    })
    for (let round = 0; round < 5; round++) {
      const headers = { host: 'localhost', 'idempotency-key': `round-${round}` }
      const answers = await Promise.all(
        [...processes, ...processes].map(async ({ app }) => app.request('/fhir/$export', { headers })),
      )
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
      expect(new Set(answers.map((answer) => answer.headers.get('content-location'))).size).toBe(1)
      const path = pathOf(answers[0]?.headers.get('content-location') ?? '')
      await harness.request(path, { method: 'DELETE' })
    }
    const jobs = await harness.deps.db.query.selectFrom('job').select('removed_at').execute()
    expect(jobs).toHaveLength(5)
    for (const { db } of processes) db.close()
  })

  test('that is a dry run says what it says on a file, in few requests', async () => {
    let requests = 0
    const counting: typeof fetch = (...call) => {
      requests++
      return fetch(...call)
    }
    const remote = await createHarness({}, undefined, await sqld.emptied(counting))
    const local = await createHarness()
    open.push(remote, local)
    const text = sampleLines(15)
      .map((line) => `${line}\n`)
      .join('')
    for (const { deps } of [remote, local]) await ingestNdjson(deps, streamOf(text))
    for (const path of ['$export', 'Patient/$export', 'Group/all-clinics/$export', 'Group/study/$export']) {
      for (const query of ['_dryRun=true', '_dryRun=true&_since=2020']) {
        const before = requests
        const estimate = await readEstimate(await remote.request(`/fhir/${path}?${query}`))
        expect(requests - before).toBeLessThanOrEqual(14)
        expect(estimate).toEqual(await readEstimate(await local.request(`/fhir/${path}?${query}`)))
        expect(estimate.isExact).toBe(path === '$export') // of patients it knows not all Provenance
      }
    }
  })
})
