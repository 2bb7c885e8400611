import type { Context, MiddlewareHandler } from 'hono'
import { isLoopbackName } from '../config/loopback.ts'
import { SluiceError } from '../errors.ts'

/**
 * Access control of `AUTH=open`, which asks for no token: only this machine is served. Listening on a loopback address is not
 * enough, for a web page can make the browser of someone on this machine send requests here. So three things are asked of each:
 *
 * - its host is a loopback name: a page whose own name was rebound to 127.0.0.1 (DNS rebinding) still sends that name;
 * - no proxy has forwarded it: behind one, everybody would be "this machine";
 * - no page of another site has sent it (`Origin`, `Sec-Fetch-Site`). That holds for GET as well, for a kick-off is a GET.
 *   Only following a link is free: it shows the answer to the person, never to the page.
 */
export const openAccess = (): MiddlewareHandler => async (c, next) => {
  refuseOtherHosts(c)
  refuseForwarded(c)
  refuseOtherSites(c)
  await next()
}

/** Both the header and the URL count: a request line with an absolute URL may name another host than the header does. */
const refuseOtherHosts = (c: Context): void => {
  const host = c.req.header('host') ?? ''
  if (isLoopbackAuthority(host) && isLoopbackAuthority(new URL(c.req.url).host)) return
  throw new SluiceError(
    'forbidden',
    `Cannot answer host "${shown(host)}": AUTH=open serves this machine only; use http://localhost or http://127.0.0.1`,
  )
}

const refuseForwarded = (c: Context): void => {
  const header = Object.keys(c.req.header()).find(isForwardedHeader)
  if (header === undefined) return
  throw new SluiceError(
    'forbidden',
    `Cannot answer a request with header "${shown(header)}": AUTH=open serves this machine only, and a proxy has forwarded this; ask without the proxy`,
  )
}

const refuseOtherSites = (c: Context): void => {
  const origin = c.req.header('origin')
  if (origin === undefined ? isFromElsewhere(c) : !isLoopbackOrigin(origin)) {
    throw new SluiceError(
      'forbidden',
      `Cannot answer a page of origin "${shown(origin ?? 'another site')}": AUTH=open serves pages of this machine only; open the service itself in the browser`,
    )
  }
}

/** Browsers leave `Origin` away where a page loads an image or a frame, but not this. */
const isFromElsewhere = (c: Context): boolean =>
  c.req.header('sec-fetch-site') === 'cross-site' && !isFollowedLink(c)

const isFollowedLink = (c: Context): boolean =>
  c.req.method === 'GET' &&
  c.req.header('sec-fetch-mode') === 'navigate' &&
  c.req.header('sec-fetch-dest') === 'document'

const isLoopbackOrigin = (origin: string): boolean => {
  const authority = /^https?:\/\/(.*)$/s.exec(origin)?.[1]
  return authority !== undefined && isLoopbackAuthority(authority)
}

/** `host` or `host:port`, an IPv6 address in brackets; anything else, user names and spaces included, is not loopback. */
const isLoopbackAuthority = (authority: string): boolean => {
  const match = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?$/i.exec(authority)
  return isLoopbackName(match?.[1] ?? '') && Number(match?.[2] ?? 0) <= 65_535
}

const isForwardedHeader = (name: string): boolean =>
  forwardedHeaders.has(name.toLowerCase()) || /^x-(?:original-)?forwarded/i.test(name)

/** Headers that proxies and delivery networks add and nothing else sends. */
const forwardedHeaders: ReadonlySet<string> = new Set([
  'forwarded',
  'via',
  'cdn-loop',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'cf-ray',
  'client-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'proxy-connection',
  'true-client-ip',
  'x-amz-cf-id',
  'x-amzn-trace-id',
  'x-appengine-user-ip',
  'x-azure-clientip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-envoy-external-address',
  'x-host',
  'x-original-host',
  'x-proxyuser-ip',
  'x-real-ip',
])

/** What a stranger sent, short enough for a message and without control characters. */
const shown = (value: string): string => value.slice(0, 80).replace(/[^\x20-\x7e]/g, '?')
