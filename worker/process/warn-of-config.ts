import { letsIn } from '../config/identity-providers.ts'
import { isLoopbackName } from '../config/loopback.ts'
import type { Config } from '../config.ts'
import type { Deps } from '../deps.ts'
import { hasCode } from '../errors.ts'
import { checkRemoteUrl } from '../platform/remote-address.ts'

/** Tells the log of what is allowed, and still should not be so where others can reach it. */
export const warnOfConfig = ({ config, log }: Pick<Deps, 'config' | 'log'>): void => {
  const { protocol, hostname } = new URL(config.baseUrl)
  if (config.auth === 'smart' && protocol === 'http:' && !isLoopbackName(hostname))
    log(
      'warn',
      'BASE_URL is plain http: whoever is on the way sees tokens, sessions and resources; put a proxy with https in front, and set BASE_URL to its URL',
      { host: hostname },
    )
  for (const [setting, url] of urlsOfOthers(config)) {
    const problem = problemOfRemote(url, config.privateHosts)
    if (problem !== undefined)
      log('warn', `${setting} cannot be asked unless PRIVATE_HOSTS names its host: ${problem}`)
  }
  const { oidc, cloudflareAccess } = config
  for (const [ways, lists] of [
    [oidc, 'OIDC_ADMINS and OIDC_VIEWERS are'],
    [cloudflareAccess, 'CF_ACCESS_ADMINS and CF_ACCESS_VIEWERS are'],
  ] as const)
    if (ways !== undefined && !letsIn(ways)) log('warn', `${lists} empty, so nobody can sign in that way`)
}

const urlsOfOthers = ({ oidc, issuers }: Config): readonly (readonly [string, string])[] => [
  ...(oidc === undefined ? [] : [['OIDC_ISSUER', oidc.issuer] as const]),
  ...issuers.map(({ name, jwksUrl }) => [`The jwksUrl of "${name}" in ISSUERS`, jwksUrl] as const),
]

const problemOfRemote = (url: string, privateHosts: readonly string[]): string | undefined => {
  try {
    checkRemoteUrl(url, privateHosts)
    return undefined
  } catch (error) {
    if (hasCode(error, 'forbidden')) return error.message
    throw error
  }
}
