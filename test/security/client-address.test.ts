import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { type Environment, loadConfig } from '../../worker/config.ts'
import { type Connection, sourceOf } from '../../worker/http/source.ts'
import { readAddress } from '../../worker/platform/network-address.ts'
import { smartEnvironment } from '../support/principals.ts'

/** Where a request came from, as the audit and the limits have it. */

describe('An address', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    [' 192.0.2.7 ', '192.0.2.7'],
    ['192.0.2.7:51000', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:C000:0207', '192.0.2.7'],
    ['[::ffff:192.0.2.7]:443', '192.0.2.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::1', '::1'],
  ])('is written in one way: %j', (text, expected) => {
    expect(readAddress(text)).toBe(expected)
  })

  test.each([
    undefined,
    '',
    'unknown',
    '_hidden',
    'localhost',
    '256.0.0.1',
    '192.0.2',
    '0300.0.2.7',
    '0x7f.0.0.1',
    '2130706433',
    '192.0.2.7 x',
    '192.0.2.7\r\nX: y',
    '192.0.2.7\u0000',
    '1:2:3',
    ':::',
    '1::2::3',
    'g::1',
    '[::1',
    '::1]',
    `fe80::1%${'z'.repeat(200)}`,
    `${'1'.repeat(5000)}.1.1.1`,
    '<script>alert(1)</script>',
  ])('is nothing else: %j', (text) => {
    expect(readAddress(text)).toBeUndefined()
  })
})

describe('The source of a request', () => {
  const ask = async (header: string | undefined, headers: Record<string, string>, peer?: string) => {
    const environment: Environment = header === undefined ? {} : { CLIENT_ADDRESS_HEADER: header }
    const config = loadConfig({ ...smartEnvironment, ...environment }, 'node')
    const app = new Hono().get('/', (c) => c.json({ source: sourceOf(c, config) ?? null }))
    const response = await app.request('/', { headers }, { peer } satisfies Connection)
    return ((await response.json()) as { source: string | null }).source
  }

  test('is the peer of the connection, whatever headers a stranger sends', async () => {
    const forged = {
      'x-forwarded-for': '203.0.113.9',
      'cf-connecting-ip': '203.0.113.9',
      forwarded: 'for=1.2.3.4',
    }
    expect(await ask(undefined, forged, '192.0.2.7')).toBe('192.0.2.7')
    expect(await ask(undefined, forged)).toBeNull()
  })

  test('is what the trusted proxy says last, behind whatever a stranger has put before', async () => {
    const peer = '10.0.0.1'
    expect(await ask('X-Forwarded-For', { 'x-forwarded-for': '203.0.113.9' }, peer)).toBe('203.0.113.9')
    expect(await ask('X-Forwarded-For', { 'x-forwarded-for': '6.6.6.6, x,203.0.113.9:99' }, peer)).toBe(
      '203.0.113.9',
    )
  })

  test('is the peer where the proxy says nothing that is an address', async () => {
    for (const value of ['', 'unknown', '203.0.113.9,', '203.0.113.9, <b>', 'a'.repeat(5000)]) {
      expect(await ask('X-Real-IP', { 'x-real-ip': value }, '::ffff:10.0.0.1')).toBe('10.0.0.1')
    }
    expect(await ask('X-Real-IP', {}, '10.0.0.1')).toBe('10.0.0.1')
  })
})
