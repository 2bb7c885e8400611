import { describe, expect, test } from 'vitest'
import { crumbsOf, isAt } from '../../web/src/lib/places.ts'

describe('Where a page stands', () => {
  test.each([
    ['/', undefined, undefined, 'Overview'],
    ['/jobs', undefined, undefined, 'Jobs'],
    [
      '/jobs/5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d',
      '5f0f2c0e-6a5d-4c1e-9d0b-2f1d5a6b7c8d',
      'Jobs',
      '5f0f2c0e',
    ],
    ['/new', undefined, 'Jobs', 'New export'],
    ['/account', undefined, undefined, 'Account'],
    ['/nowhere', undefined, undefined, 'Not found'],
  ])('is told of %s', (path, id, above, name) => {
    const crumbs = crumbsOf(path, id)
    expect([crumbs.above?.name, crumbs.name]).toEqual([above, name])
  })

  test('is at a place if it is below it, but only the overview itself is at the overview', () => {
    expect(isAt('/jobs', '/jobs/1')).toBe(true)
    expect(isAt('/jobs', '/jobsworth')).toBe(false)
    expect(isAt('/', '/jobs')).toBe(false)
  })
})
