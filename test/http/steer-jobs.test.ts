import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runTick } from '../../worker/export/tick.ts'
import { adminSchemas } from '../../worker/http/admin-schemas.ts'
import { readJob } from '../../worker/store/jobs.ts'
import { group, observation, patient } from '../store/open-store.ts'
import { createHarness, type Harness, type Manifest, pathOf, statusPathOf } from '../support/harness.ts'
import { administrator, clientWith, smartEnvironment } from '../support/principals.ts'
import { expectOutcome } from './expect-outcome.ts'

const client = clientWith('system/*.rs', { clientId: 'registry', name: 'The registry' })
const dayMs = 86_400_000

let h: Harness
let asAdmin: Harness['request']
beforeEach(async () => {
  h = await createHarness({ retryLimit: 1, retentionMs: 7 * dayMs }, undefined, undefined, smartEnvironment)
  asAdmin = h.as(administrator())
  await h.load([patient('p1'), observation('o1', 'p1'), group('g', ['p1'])])
})
afterEach(() => h.close())

const kickOff = async (path = '/$export', init?: RequestInit) => {
  const response = await h.as(client)(`/fhir${path}`, init)
  const statusPath = statusPathOf(response)
  return { statusPath, id: statusPath.slice(statusPath.lastIndexOf('/') + 1) }
}
const runToEnd = async () => {
  while (await h.tick()) h.clock.advance(1)
}
const failAll = async () => {
  const put = () => Promise.reject(new Error('broken'))
  while (await runTick({ ...h.deps, storage: { ...h.storage, put } })) h.clock.advance(1)
}
const step = (id: string, name: string, body?: object, by = asAdmin) =>
  by(`/admin/api/jobs/${id}/${name}`, {
    method: 'POST',
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
const shown = async (response: Response, status = 200) => {
  const text = await response.text()
  expect(`${response.status} ${text}`).toMatch(new RegExp(`^${status} `))
  return adminSchemas.Job.strict().parse(JSON.parse(text))
}
const audit = async (jobId: string) => {
  const query = h.deps.db.query.selectFrom('audit_event').selectAll().where('job_id', '=', jobId)
  const rows = await query.orderBy('event_id').execute()
  return rows
    .filter(({ action }) => steering.includes(action))
    .map(({ action, outcome, actor_id }) => [action, outcome, actor_id])
}
const steering = ['export.cancel', 'export.delete', 'export.retry', 'export.extend', 'export.kick-off']

describe('POST /admin/api/jobs/{id}/cancel', () => {
  test('stops a job that waits or runs: it is gone at once for its client and for us, and its files with the sweep', async () => {
    for (const ticks of [0, 2]) {
      const { id, statusPath } = await kickOff()
      for (let n = 0; n < ticks; n++) await runTick({ ...h.deps, config: oneRowATick() })
      expect((await step(id, 'cancel')).status).toBe(204)
      await expectOutcome(await h.as(client)(statusPath), 404, 'not-found')
      await expectOutcome(await asAdmin(`/admin/api/jobs/${id}`), 404, 'not-found')
      expect((await readJob(h.deps.db, id))?.state).toBe('cancelled')
      expect((await audit(id)).at(-1)).toEqual(['export.cancel', 'success', 'administrator-1'])
      await expectOutcome(await step(id, 'cancel'), 404, 'not-found')
      await runToEnd()
      for (let sweeps = 0; sweeps < 3; sweeps++) {
        h.clock.advance(2 * h.deps.config.limits.leaseMs)
        await h.sweep()
      }
      expect(h.storage.objects.size).toBe(0)
      expect(await readJob(h.deps.db, id)).toBeUndefined()
    }
  })

  test('leaves a job that has ended as it is, and says why', async () => {
    const { id } = await kickOff()
    await runToEnd()
    expect(await expectOutcome(await step(id, 'cancel'), 409, 'conflict')).toBe(
      'Cannot cancel the export: it is completed',
    )
    expect((await audit(id)).map(([action]) => action)).not.toContain('export.cancel')
  })
})

const oneRowATick = () => ({ ...h.deps.config, limits: { ...h.deps.config.limits, tickRows: 1 } })

describe('DELETE /admin/api/jobs/{id}', () => {
  test('is as that of the client, in every state, and tells the audit which it was', async () => {
    const running = await kickOff()
    const remove = (id: string) => asAdmin(`/admin/api/jobs/${id}`, { method: 'DELETE' })
    expect((await remove(running.id)).status).toBe(204)
    const done = await kickOff()
    await runToEnd()
    expect((await remove(done.id)).status).toBe(204)
    const failed = await kickOff()
    await failAll()
    expect((await remove(failed.id)).status).toBe(204)
    expect((await audit(running.id)).at(-1)?.[0]).toBe('export.cancel')
    for (const { id } of [done, failed]) expect((await audit(id)).at(-1)?.[0]).toBe('export.delete')
    for (const { statusPath, id } of [running, done, failed]) {
      await expectOutcome(await h.as(client)(statusPath), 404, 'not-found')
      await expectOutcome(await remove(id), 404, 'not-found')
    }
    expect(await audit(done.id)).toHaveLength((await audit(failed.id)).length)
  })
})

describe('POST /admin/api/jobs/{id}/retry', () => {
  test('lets a job that failed go on, on the snapshot it has', async () => {
    const { id, statusPath } = await kickOff('/$export?_type=Patient')
    await failAll()
    expect((await h.as(client)(statusPath)).status).toBe(500)
    await h.load([patient('later')])
    const job = await shown(await step(id, 'retry'))
    expect(job).toMatchObject({ state: 'in-progress', clientId: 'registry' })
    for (const name of ['failure', 'endedAt', 'expiresAt']) expect(job).not.toHaveProperty(name)
    expect((await h.as(client)(statusPath)).status).toBe(202)
    expect((await audit(id)).at(-1)).toEqual(['export.retry', 'success', 'administrator-1'])
    await runToEnd()
    const manifest: Manifest = await (await h.as(client)(statusPath)).json()
    expect(manifest.output.map(({ count }) => count)).toEqual([1])
  })

  test.each([
    ['waits', async () => {}, 'it has not ended yet'],
    ['is completed', runToEnd, 'it is completed'],
  ])('is refused of a job that %s', async (_, until, reason) => {
    const { id } = await kickOff()
    await until()
    expect(await expectOutcome(await step(id, 'retry'), 409, 'conflict')).toBe(
      `Cannot retry the export: ${reason}`,
    )
    expect((await audit(id)).map(([action]) => action)).not.toContain('export.retry')
  })

  test('is refused of a job of another version, and of one that an earlier version has cleared away', async () => {
    const { id } = await kickOff()
    await failAll()
    const set = (values: object) =>
      h.deps.db.query.updateTable('job').set(values).where('job_id', '=', id).execute()
    await set({ codec: 1 })
    expect(await expectOutcome(await step(id, 'retry'), 409, 'conflict')).toContain(
      'another version of Sluice',
    )
    const { codec } = (await readJob(h.deps.db, (await kickOff()).id)) ?? {}
    await set({ codec, sweep_after: 0 })
    expect(await expectOutcome(await step(id, 'retry'), 409, 'conflict')).toContain('cleared away')
    await set({ sweep_after: Number.MAX_SAFE_INTEGER, swept_at: 1 })
    expect(await expectOutcome(await step(id, 'retry'), 409, 'conflict')).toContain('cleared away')
    await set({ swept_at: null })
    await shown(await step(id, 'retry'))
  })

  test('is too late once the job has expired, or was deleted', async () => {
    const expired = await kickOff()
    const deleted = await kickOff()
    await failAll()
    await asAdmin(`/admin/api/jobs/${deleted.id}`, { method: 'DELETE' })
    await expectOutcome(await step(deleted.id, 'retry'), 404, 'not-found')
    h.clock.advance(7 * dayMs)
    await expectOutcome(await step(expired.id, 'retry'), 404, 'not-found')
  })
})

describe('POST /admin/api/jobs/{id}/run-again', () => {
  test('starts a job of the same owner, with the same parameters, of what there is now', async () => {
    const body = JSON.stringify({
      resourceType: 'Parameters',
      parameter: [
        { name: '_type', valueString: 'Patient' },
        { name: 'patient', valueReference: { reference: 'Patient/p1' } },
        { name: '_until', valueInstant: '2030-01-01T00:00:00Z' },
      ],
    })
    const headers = { 'content-type': 'application/fhir+json' }
    const first = await kickOff('/Group/g/$export', { method: 'POST', body, headers })
    await runToEnd()
    h.clock.advance(60_000)
    await h.load([{ ...patient('p1'), active: true }])
    const response = await step(first.id, 'run-again')
    const again = await shown(response, 201)
    expect(response.headers.get('location')).toBe(`http://127.0.0.1:8080/admin/api/jobs/${again.id}`)
    expect(again.id).not.toBe(first.id)
    const before = await shown(await asAdmin(`/admin/api/jobs/${first.id}`).then(jobOnly))
    for (const name of [
      'level',
      'groupId',
      'types',
      'patients',
      'until',
      'request',
      'clientId',
      'askedBy',
    ] as const)
      expect([name, again[name]]).toEqual([name, before[name]])
    expect(Date.parse(again.transactionTime)).toBeGreaterThan(Date.parse(before.transactionTime))
    expect(await audit(again.id)).toEqual([['export.kick-off', 'success', 'administrator-1']])
    await runToEnd()
    const manifest: Manifest = await (await h.as(client)(first.statusPath.replace(first.id, again.id))).json()
    const [file] = manifest.output
    expect(await (await h.as(client)(pathOf(file?.url ?? ''))).text()).toContain('"active":true')
  })

  test('is refused where the Group was deleted, and of a job that is gone', async () => {
    const { id } = await kickOff('/Group/g/$export')
    await asAdmin('/fhir/Group/g', { method: 'DELETE' })
    expect(await expectOutcome(await step(id, 'run-again'), 409, 'conflict')).toContain('Group was deleted')
    await asAdmin(`/admin/api/jobs/${id}`, { method: 'DELETE' })
    await expectOutcome(await step(id, 'run-again'), 404, 'not-found')
  })
})

const jobOnly = async (response: Response) => {
  const { job } = await response.json()
  return new Response(JSON.stringify(job))
}

describe('POST /admin/api/jobs/{id}/extend', () => {
  test('keeps the files for longer, by seconds or until an instant or a date, of jobs that are completed or failed', async () => {
    const done = await kickOff()
    await runToEnd()
    const failed = await kickOff()
    await failAll()
    for (const { id } of [done, failed]) {
      const end = (await readJob(h.deps.db, id))?.expiresAt ?? 0
      const later = await shown(await step(id, 'extend', { seconds: 3600 }))
      expect(Date.parse(later.expiresAt ?? '')).toBe(end + 3_600_000)
      const until = new Date(h.clock.now() + 30 * dayMs).toISOString()
      expect((await shown(await step(id, 'extend', { until }))).expiresAt).toBe(until)
      const date = new Date(h.clock.now() + 40 * dayMs).toISOString().slice(0, 10)
      expect((await shown(await step(id, 'extend', { until: date }))).expiresAt).toBe(`${date}T00:00:00.000Z`)
      expect((await audit(id)).filter(([action]) => action === 'export.extend')).toHaveLength(3)
    }
    h.clock.advance(20 * dayMs)
    await h.sweep()
    expect((await h.as(client)(done.statusPath)).status).toBe(200)
    expect((await h.as(client)(failed.statusPath)).status).toBe(500)
    // A failed one may be retried to its new end, for the sweep has left it alone.
    await shown(await step(failed.id, 'retry'))
    await runToEnd()
    expect((await h.as(client)(failed.statusPath)).status).toBe(200)
  })

  test('never brings the end nearer, nor puts it off for more than a year from now', async () => {
    const { id } = await kickOff()
    await runToEnd()
    const until = (ms: number) => ({ until: new Date(h.clock.now() + ms).toISOString() })
    expect(await expectOutcome(await step(id, 'extend', until(6 * dayMs)), 409, 'conflict')).toContain(
      'is kept until',
    )
    for (const body of [until(365 * dayMs + 1), { seconds: 359 * 86_400 }])
      expect(await expectOutcome(await step(id, 'extend', body), 400, 'invalid')).toContain('365 days')
    await shown(await step(id, 'extend', until(365 * dayMs)))
  })

  test('is refused of a job that runs', async () => {
    const { id } = await kickOff()
    for (const body of [{ seconds: 1 }, { until: '2026-02-01T00:00:00Z' }])
      expect(await expectOutcome(await step(id, 'extend', body), 409, 'conflict')).toBe(
        'Cannot extend the export: it has not ended yet',
      )
  })

  test.each([
    {},
    { seconds: 0 },
    { seconds: 1.5 },
    { seconds: '60' },
    { seconds: 31_536_001 },
    { until: 'tomorrow' },
    { until: '2026-02-30T00:00:00Z' },
    { seconds: 60, until: '2027-01-01T00:00:00Z' },
    { seconds: 60, also: true },
  ])('refuses %j', async (body) => {
    const { id } = await kickOff()
    await runToEnd()
    await expectOutcome(await step(id, 'extend', body), 400, 'invalid')
  })

  test('in the very millisecond of its end finds it gone, and a millisecond before keeps it whole', async () => {
    for (const beforeMs of [1, 0]) {
      const { id, statusPath } = await kickOff()
      await runToEnd()
      const end = (await readJob(h.deps.db, id))?.expiresAt ?? 0
      h.clock.advance(end - beforeMs - h.clock.now())
      const [extended] = await Promise.all([step(id, 'extend', { seconds: 60 }), h.sweep()])
      expect(extended.status).toBe(beforeMs === 0 ? 404 : 200)
      h.clock.advance(30_000)
      for (let n = 0; n < 2; n++) await h.sweep()
      const status = await h.as(client)(statusPath)
      expect(status.status).toBe(beforeMs === 0 ? 404 : 200)
      if (beforeMs === 0) continue
      const manifest: Manifest = await status.json()
      for (const { url } of manifest.output) expect((await h.as(client)(pathOf(url))).status).toBe(200)
    }
  })

  test('by a clock that is behind finds gone what a sweep has ended', async () => {
    const { id } = await kickOff()
    await runToEnd()
    h.clock.advance(7 * dayMs)
    await h.sweep()
    h.clock.advance(-1000)
    await expectOutcome(await step(id, 'extend', { seconds: 60 }), 404, 'not-found')
    await expectOutcome(await step(id, 'retry'), 404, 'not-found')
  })
})

describe('To steer jobs', () => {
  const steps = ['cancel', 'retry', 'run-again', 'extend']

  test('takes an administrator of role admin', async () => {
    const { id } = await kickOff()
    for (const by of [h.as(administrator('viewer')), h.as(client)]) {
      for (const name of steps) await expectOutcome(await step(id, name, {}, by), 403, 'forbidden')
      await expectOutcome(await by(`/admin/api/jobs/${id}`, { method: 'DELETE' }), 403, 'forbidden')
    }
    for (const name of steps) await expectOutcome(await step(id, name, {}, h.request), 401, 'login')
    expect((await readJob(h.deps.db, id))?.state).toBe('accepted')
  })

  test('of an id that nobody has is 404', async () => {
    for (const id of ['x', '..%2f..%2fx', "'%20or%201=1", '00000000-0000-4000-8000-000000000099'])
      for (const name of steps) await expectOutcome(await step(id, name, { seconds: 1 }), 404, 'not-found')
  })
})
