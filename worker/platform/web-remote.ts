import { SluiceError } from '../errors.ts'
import type { AskRemote } from './remote.ts'

/** By the runtime's own `fetch`, which resolves names by itself: only what a URL says can be judged. */
export const webRemote =
  (_policy: { readonly privateHosts: readonly string[] }): AskRemote =>
  async ({ url }) => {
    throw new SluiceError('forbidden', `Cannot ask "${new URL(url).host}": nothing may be asked yet`)
  }
