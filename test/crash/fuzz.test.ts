import { test } from 'vitest'
import { fuzzExports } from '../support/fuzz.ts'

test('Three workers that die, sleep and fail at random write one export as it should be', {
  timeout: 120_000,
}, async () => {
  await fuzzExports({ first: 1, last: 25 })
})
