/**
 * Faults for any port: `faulty(port, plan)` is the port, with its calls numbered by `plan` and stopped where the plan says. One
 * plan is one process: wrap every port of a worker with the same plan, and another worker's with another.
 */
export const faulty = <Port extends object>(
  port: Port,
  plan: FaultPlan,
  /** The methods to wrap; without it all. For a libsql client: `['execute', 'batch']`, as `close` is not asynchronous. */
  methods?: readonly (keyof Port & string)[],
): Port =>
  new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function' || typeof name !== 'string') return member
      if (methods?.every((method) => method !== name)) return member.bind(target)
      return (...args: unknown[]) => plan.run(name, async () => Reflect.apply(member, target, args))
    },
  })

export type Moment = 'before' | 'after'

export type Gate = {
  /** Resolves when the call has come to the gate: it waits there, its effect still to come (`before`) or done (`after`). */
  readonly reached: Promise<void>
  /** Lets it go on. May be called before anyone has come. */
  release(): void
}

export type FaultPlan = {
  /** The names of the calls so far; the first call is number 1. */
  readonly calls: readonly string[]
  readonly isCrashed: boolean
  /** Stops call `number` at a gate. */
  hold(number: number, moment: Moment): Gate
  /** Resolves when no effect is under way any more: what a dead process sent last may still arrive. */
  settled(): Promise<void>
  /** Runs one call under the plan; for `faulty`. */
  run<Result>(name: string, call: () => Promise<Result>): Promise<Result>
}

/** The process is dead. It is no `SluiceError`, so that nothing handles it as one. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

/**
 * Without a crash it only counts. With one the process dies at call `number`: `before` its effect, or `after` it, when the caller
 * never learns of it. From then on no call of any port of the plan has an effect, and none under way is answered.
 */
export const faultPlan = (crash?: { readonly number: number; readonly moment: Moment }): FaultPlan => {
  const calls: string[] = []
  const gates = new Map<string, { arrive: () => void; readonly opened: Promise<void> }>()
  const underWay = new Set<Promise<unknown>>()
  let isCrashed = false

  const assertAlive = (number: number) => {
    if (isCrashed)
      throw new Crash(`Cannot finish call ${number}, ${calls[number - 1]}: the process has crashed`)
  }
  const pass = async (number: number, moment: Moment): Promise<void> => {
    assertAlive(number)
    const gate = gates.get(`${moment} ${number}`)
    gate?.arrive()
    await gate?.opened
    if (crash?.number === number && crash.moment === moment) isCrashed = true
    assertAlive(number)
  }

  return {
    calls,
    get isCrashed() {
      return isCrashed
    },
    hold(number, moment) {
      const reached = Promise.withResolvers<void>()
      const opened = Promise.withResolvers<void>()
      gates.set(`${moment} ${number}`, { arrive: reached.resolve, opened: opened.promise })
      return { reached: reached.promise, release: opened.resolve }
    },
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
    async run(name, call) {
      const number = calls.push(name)
      await pass(number, 'before')
      const effect = call()
      underWay.add(effect)
      const [outcome] = await Promise.allSettled([effect])
      underWay.delete(effect)
      await pass(number, 'after')
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    },
  }
}
