import { LibsqlError } from '@libsql/client'
import { expect } from 'vitest'
import type { Deps } from '../../worker/deps.ts'
import { SluiceError } from '../../worker/errors.ts'
import type { ExportScene } from './export-scene.ts'
import { type FaultPlan, faultPlan, type Moment } from './faulty.ts'

/** Something a process does, and what has to be true afterwards, whatever happened to that process. */
export type Scenario<State, Result> = {
  /** Sets the scene, undisturbed. The same every time. */
  prepare(): Promise<{ readonly scene: ExportScene; readonly state: State }>
  /** What the process does whose calls are swept. It may throw when it is disturbed. */
  act(scene: ExportScene, state: State, process: Deps): Promise<void>
  /** What others make of it, and how things stand then: the same as when nothing had happened. */
  recover(scene: ExportScene, state: State): Promise<Result>
}

export type Fault = { readonly number: number; readonly moment: Moment }
export type FaultKind = 'crash' | 'lost answer'

/** Runs a scenario with a fault, or undisturbed. The clock has moved past every lease when the others take over. */
export const runScenario = async <State, Result>(
  { prepare, act, recover }: Scenario<State, Result>,
  plan: FaultPlan,
): Promise<Result> => {
  const { scene, state } = await prepare()
  try {
    await act(scene, state, scene.process(plan)).catch((error: unknown) => {
      if (!plan.isCrashed) throw error
    })
    await plan.settled()
    scene.clock.advance(scene.deps.config.limits.leaseMs + 1)
    return await recover(scene, state)
  } finally {
    scene.close()
  }
}

/**
 * Disturbs every `step`-th call of a scenario, from the first on, or those of certain names, before and after its effect, a run each;
 * expects the undisturbed result every time. Returns that, how many calls there were and how many runs were made.
 */
export const sweepFaults = async <State, Result>(
  scenario: Scenario<State, Result>,
  kind: FaultKind,
  which: number | readonly string[] = 1,
): Promise<{ readonly golden: Result; readonly calls: number; readonly runs: number }> => {
  const undisturbed = faultPlan()
  const golden = await runScenario(scenario, undisturbed)
  const { calls } = undisturbed
  let runs = 0
  for (const [index, name] of calls.entries()) {
    const isChosen = typeof which === 'number' ? index % which === 0 : which.includes(name)
    if (!isChosen) continue
    const number = index + 1
    for (const moment of ['before', 'after'] as const) {
      const fault = { number, moment }
      const plan = kind === 'crash' ? faultPlan(fault) : lossyPlan(fault)
      const label = `${kind} ${moment} call ${number}, ${name}`
      const result = await runScenario(scenario, plan).catch((error: unknown) => {
        throw new Error(`${label}: ${String(error)}`, { cause: error })
      })
      expect(plan.calls.slice(0, number), label).toEqual(calls.slice(0, number))
      expect(result, label).toEqual(golden)
      runs++
    }
  }
  return { golden, calls: calls.length, runs }
}

/** A process that lives on, but one of its calls fails before its effect, or has it and its answer is lost. */
const lossyPlan = (lost: Fault): FaultPlan => {
  const plan = faultPlan()
  return {
    ...plan,
    run: (name, call) => {
      const isLost = plan.calls.length + 1 === lost.number
      return plan.run(name, async () => {
        if (isLost && lost.moment === 'before') throw outage(name)
        const answer = await call()
        if (isLost) throw outage(name)
        return answer
      })
    },
  }
}

const outage = (name: string): Error =>
  name === 'execute' || name === 'batch'
    ? new LibsqlError('the connection was lost', 'HRANA_WEBSOCKET_ERROR')
    : new SluiceError('storage-unavailable', `Cannot ${name}: the connection was lost`)
