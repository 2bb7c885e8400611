import { expect, test } from 'vitest'
import { openPatience } from '../../worker/cli/export/patience.ts'

test('A pause of five seconds and more is told of before it begins, a shorter one is not', async () => {
  const told: string[] = []
  const sleep = (ms: number) => Promise.resolve(void told.push(`slept ${ms}`))
  const patience = openPatience({
    clock: { now: () => 0, sleep },
    patienceMs: 300_000,
    deadline: 1e9,
    onWait: (error, waitMs) => told.push(`${error} ${waitMs}`),
  })
  await patience.rest('busy', 60_000)
  await patience.rest('busy', 4999)
  expect(told).toEqual(['busy 60000', 'slept 60000', 'slept 4999'])
})
