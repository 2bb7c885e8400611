import { test } from 'vitest'
import { fuzzExports } from '../support/fuzz.ts'

test('Three workers that die, sleep and fail at random write a thousand exports as they should be', async () => {
  console.log(await fuzzExports({ first: 1, last: 1000 }))
})
