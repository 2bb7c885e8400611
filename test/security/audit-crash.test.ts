import { describe, expect, test } from 'vitest'
import { wholeExport } from '../crash/export-scenarios.ts'
import { actionsOf } from '../support/audit-rows.ts'
import { type FaultKind, type Scenario, sweepFaults } from '../support/crash-sweep.ts'
import { createHarness } from '../support/harness.ts'
import { isSqldMissing, startSqld } from '../support/sqld-server.ts'

type Told = { readonly ends: number; readonly actions: readonly string[] }

/** An export from its first tick to its end, deleted then, of which only the audit is looked at. */
const auditedExport: Scenario<{ readonly jobId: string }, Told> = {
  ...wholeExport,
  recover: async (scene, { jobId }) => {
    await scene.runToEnd(jobId)
    await scene.request(`/fhir/$export-status/${jobId}`, { method: 'DELETE' })
    await scene.sweepAll()
    const actions = (await actionsOf(scene)).filter((action) => action.startsWith('export.'))
    return { ends: actions.filter((action) => action === 'export.end').length, actions }
  },
}

describe('The audit of an export', () => {
  test.each<FaultKind>(['crash', 'lost answer'])(
    'tells its end once, whatever a %s has disturbed (a sample)',
    { timeout: 120_000 },
    async (kind) => {
      const { golden, runs } = await sweepFaults(auditedExport, kind, 17)
      expect(golden).toEqual({ ends: 1, actions: ['export.kick-off', 'export.end', 'export.delete'] })
      expect(runs).toBeGreaterThan(10)
    },
  )
})

describe.skipIf(isSqldMissing)('The audit on a libSQL server', () => {
  test('tells each end once as well, and costs no request but of a download', {
    timeout: 60_000,
  }, async () => {
    const sqld = await startSqld()
    let requests = 0
    const counting: typeof fetch = (...call) => {
      requests++
      return fetch(...call)
    }
    const h = await createHarness({}, undefined, await sqld.emptied(counting))
    await h.load([{ resourceType: 'Patient', id: 'p1' }])
    const before = requests
    const path = await h.kickOff()
    expect(requests - before).toBe(2) // what the clock of the store says, and the transaction
    expect((await h.finish(path)).status).toBe(200)
    await h.export()
    await h.request(path, { method: 'DELETE' })
    await h.request(path, { method: 'DELETE' })
    expect(await actionsOf(h)).toEqual([
      ...['export.kick-off', 'export.end'],
      ...['export.kick-off', 'export.end', 'export.download'],
      'export.delete',
    ])
    h.close()
    await sqld.stop()
  })
})
