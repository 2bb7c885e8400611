import { type Asking, ask, exportStatusOf, refusalBy } from './ask.ts'
import type { ListedManifest } from './manifest.ts'
import { readPages } from './pages.ts'
import { overdue } from './patience.ts'
import { retryAfterMs } from './retry-after.ts'

/**
 * Asks for the status until the export has ended, as often as the server wants it, and returns its manifest. `onProgress` gets
 * `X-Progress`, or `undefined` where the server sends none.
 */
export const poll = (
  asking: Asking,
  statusUrl: URL,
  onProgress: (text: string | undefined) => void,
): Promise<ListedManifest> => readPages(statusUrl, (url) => pollPage(asking, url, onProgress))

const pollPage = async (
  asking: Asking,
  url: URL,
  onProgress: (text: string | undefined) => void,
): Promise<string> => {
  const { clock, deadline } = asking.limits
  for (let round = 0; ; round += 1) {
    const answer = await ask(asking, url, request, what)
    const status = exportStatusOf(answer)
    if (status === 200) return answer.text
    if (status !== 202) throw refusalBy({ ...answer, status }, what)
    onProgress(answer.headers.get('X-Progress') ?? undefined)
    const askedMs = retryAfterMs(answer.headers.get('Retry-After'), clock.now())
    const waitMs = Math.max(askedMs ?? unaskedMs(round), shortestMs)
    if (clock.now() + waitMs > deadline) throw overdue()
    await clock.sleep(waitMs)
  }
}

const what = 'finish the export'
const request = { credentials: 'server', headers: { Accept: 'application/json' } } as const

/** Where the server names no time: soon at first, for small exports, and then ever more seldom (IG: "exponential backoff"). */
const unaskedMs = (round: number): number => Math.min(1000 * 1.5 ** Math.min(round, 20), 60_000)
const shortestMs = 200
