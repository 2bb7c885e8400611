import { isLoopbackName } from '../config/loopback.ts'
import type { Deps } from '../deps.ts'

/** Tells the log of what is allowed, and still should not be so where others can reach it. */
export const warnOfConfig = ({ config, log }: Pick<Deps, 'config' | 'log'>): void => {
  const { protocol, hostname } = new URL(config.baseUrl)
  if (config.auth === 'smart' && protocol === 'http:' && !isLoopbackName(hostname))
    log(
      'warn',
      'BASE_URL is plain http: whoever is on the way sees tokens, sessions and resources; put a proxy with https in front, and set BASE_URL to its URL',
      { host: hostname },
    )
}
