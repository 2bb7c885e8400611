import { describe, expect, test } from 'vitest'
import { backPath, signInPath } from '../../web/src/lib/back-path.ts'

const origin = 'https://sluice.test'

describe('Where a page leads once somebody has signed in', () => {
  test('is where he wanted to go', () => {
    const wanted = new URL('/jobs?state=failed&x=a%20b', origin)
    const path = signInPath(wanted)
    expect(path).toBe('/sign-in?to=%2Fjobs%3Fstate%3Dfailed%26x%3Da%2520b')
    expect(backPath(new URL(path, origin).searchParams.get('to'), origin)).toBe('/jobs?state=failed&x=a%20b')
    expect(signInPath(new URL('/', origin))).toBe('/sign-in')
    expect(signInPath(new URL('/enrol', origin))).toBe('/sign-in')
  })

  test.each([
    null,
    '',
    'https://evil.example/',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://sluice.test@evil.example/',
    'http://sluice.test/jobs',
    'https://sluice.test:8443/',
    '//',
    '/sign-in?to=/sign-in',
    '/enrol#x',
  ])('is the overview for %j, never another site', (asked) => {
    expect(backPath(asked, origin)).toBe('/')
  })
})
