import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../../worker/storage/memory.ts'
import type { Storage } from '../../worker/storage/storage.ts'
import { fakeClock } from './fake-clock.ts'
import { Crash, faultPlan, faulty } from './faulty.ts'

const bytes = new Uint8Array([1, 2, 3])
const put = (storage: Storage, key: string) => storage.put(key, bytes, 'text/plain')

describe('A port wrapped by faulty', () => {
  test('works as the port does, while the plan counts and names its calls', async () => {
    const plan = faultPlan()
    const memory = memoryStorage({ clock: fakeClock(0) })
    const storage = faulty(memory, plan)
    await put(storage, 'a')
    expect(await storage.head('a')).toMatchObject({ bytes: 3 })
    await expect(put(storage, '../a')).rejects.toMatchObject({ code: 'invalid' })
    expect(plan.calls).toEqual(['put', 'head', 'put'])
    expect(storage.objects).toBe(memory.objects)
  })

  test('counts through one plan over several ports', async () => {
    const plan = faultPlan()
    const [one, other] = [1, 2].map(() => faulty(memoryStorage({ clock: fakeClock(0) }), plan))
    await one?.head('a')
    await other?.list('')
    expect(plan.calls).toEqual(['head', 'list'])
  })

  test('keeps an optional member, and keeps one that is absent absent', async () => {
    const { listUploads, ...rest } = memoryStorage({ clock: fakeClock(0) })
    const without: Storage = rest
    expect(await faulty<Storage>({ ...rest, listUploads }, faultPlan()).listUploads?.('')).toEqual([])
    expect(faulty(without, faultPlan()).listUploads).toBeUndefined()
  })

  test('keeps the methods of a class instance working, private fields and synchronous ones included', async () => {
    class Client {
      #open = true
      get closed() {
        return !this.#open
      }
      close() {
        this.#open = false
      }
      async execute(sql: string) {
        return `${sql}: ${this.#open}`
      }
    }
    const plan = faultPlan()
    const client = faulty(new Client(), plan, ['execute'])
    expect(await client.execute('select 1')).toBe('select 1: true')
    client.close()
    expect(client.closed).toBe(true)
    expect(plan.calls).toEqual(['execute'])
  })
})

describe('A crash', () => {
  test('before a call leaves no effect of it', async () => {
    const memory = memoryStorage({ clock: fakeClock(0) })
    const storage = faulty(memory, faultPlan({ number: 2, moment: 'before' }))
    await put(storage, 'a')
    await expect(put(storage, 'b')).rejects.toBeInstanceOf(Crash)
    expect([...memory.objects.keys()]).toEqual(['a'])
  })

  test('after a call leaves its effect, and the caller without an answer', async () => {
    const memory = memoryStorage({ clock: fakeClock(0) })
    const storage = faulty(memory, faultPlan({ number: 2, moment: 'after' }))
    await put(storage, 'a')
    await expect(put(storage, 'b')).rejects.toBeInstanceOf(Crash)
    expect([...memory.objects.keys()]).toEqual(['a', 'b'])
  })

  test('hides even that the call failed', async () => {
    const storage = faulty(memoryStorage({ clock: fakeClock(0) }), faultPlan({ number: 1, moment: 'after' }))
    await expect(put(storage, '..')).rejects.toBeInstanceOf(Crash)
  })

  test('is the end of every port of its plan, and of no other', async () => {
    const plan = faultPlan({ number: 1, moment: 'before' })
    const memory = memoryStorage({ clock: fakeClock(0) })
    const [one, other] = [faulty(memory, plan), faulty(memory, plan)]
    await expect(put(one, 'a')).rejects.toBeInstanceOf(Crash)
    await expect(put(other, 'b')).rejects.toBeInstanceOf(Crash)
    await expect(one.head('a')).rejects.toBeInstanceOf(Crash)
    expect(plan.isCrashed).toBe(true)
    expect(memory.objects.size).toBe(0)
    await put(faulty(memory, faultPlan()), 'c')
    expect([...memory.objects.keys()]).toEqual(['c'])
  })

  test('leaves calls under way unanswered, whose effects can be waited for', async () => {
    const arrival = Promise.withResolvers<void>()
    const done: string[] = []
    const port = {
      slow: async () => {
        await arrival.promise
        done.push('slow')
      },
      fast: async () => {},
    }
    const plan = faultPlan({ number: 2, moment: 'before' })
    const wrapped = faulty(port, plan)
    const slow = wrapped.slow()
    await expect(wrapped.fast()).rejects.toBeInstanceOf(Crash)
    arrival.resolve()
    await plan.settled()
    expect(done).toEqual(['slow'])
    await expect(slow).rejects.toBeInstanceOf(Crash)
  })
})

describe('A held call', () => {
  test('waits before its effect until it is released', async () => {
    const plan = faultPlan()
    const memory = memoryStorage({ clock: fakeClock(0) })
    const gate = plan.hold(1, 'before')
    const held = put(faulty(memory, plan), 'a')
    await gate.reached
    expect(memory.objects.size).toBe(0)
    gate.release()
    expect(await held).toBe(memory.objects.get('a')?.etag)
  })

  test('waits after its effect until it is released, while others go on', async () => {
    const plan = faultPlan()
    const memory = memoryStorage({ clock: fakeClock(0) })
    const gate = plan.hold(1, 'after')
    const held = put(faulty(memory, plan), 'a')
    await gate.reached
    expect([...memory.objects.keys()]).toEqual(['a'])
    await put(memory, 'b')
    gate.release()
    await expect(held).resolves.toMatch(/^".+"$/)
  })

  test('has no effect when its process crashes before it is released', async () => {
    const plan = faultPlan({ number: 2, moment: 'after' })
    const memory = memoryStorage({ clock: fakeClock(0) })
    const gate = plan.hold(1, 'before')
    const storage = faulty(memory, plan)
    const held = put(storage, 'a')
    await expect(put(storage, 'b')).rejects.toBeInstanceOf(Crash)
    gate.release()
    await expect(held).rejects.toBeInstanceOf(Crash)
    expect([...memory.objects.keys()]).toEqual(['b'])
  })
})
