import { describe, expect, test } from 'vitest'
import { createPartBuffers } from '../../worker/export/part-buffers.ts'
import { freeMemory } from '../../worker/platform/free-memory.ts'

test('Memory that is freed is gone at once, all of it, and freeing it again does nothing', () => {
  const all = new Uint8Array(1024).fill(7)
  const part = all.subarray(10, 20)
  freeMemory(part)
  expect([all.length, part.length]).toEqual([0, 0])
  freeMemory(all)
  freeMemory(new Uint8Array(0))
})

describe('The memory of parts', () => {
  test('is used again when it was given back', () => {
    const buffers = createPartBuffers()
    const first = buffers.take(64)
    expect(buffers.take(64).buffer).not.toBe(first.buffer)
    buffers.giveBack(first.subarray(0, 3))
    expect(buffers.take(64).buffer).toBe(first.buffer)
    expect(buffers.take(64).buffer).not.toBe(first.buffer)
  })

  test('is freed when parts of another size are wanted', () => {
    const buffers = createPartBuffers()
    const [first, second] = [buffers.take(64), buffers.take(64)]
    buffers.giveBack(first)
    buffers.giveBack(second)
    expect(buffers.take(32)).toHaveLength(32)
    expect([first.length, second.length]).toEqual([0, 0])
  })

  test('is freed when it was given back, and never while somebody may still be sending it', () => {
    const buffers = createPartBuffers()
    const [sent, beingSent] = [buffers.take(64), buffers.take(64)]
    const ofOthers = new Uint8Array(64)
    buffers.giveBack(sent)
    buffers.giveBack(ofOthers)
    buffers.free()
    expect([sent.length, beingSent.length, ofOthers.length]).toEqual([0, 64, 64])
    expect(buffers.take(64)).toHaveLength(64)
  })
})
