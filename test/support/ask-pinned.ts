import process from 'node:process'
import { nodeRemote } from '../../worker/platform/node/remote.ts'

/** A process of Node or Deno that asks a URL, whose name it is told to resolve to some address first and to another one ever after. */
const [url = '', address = '', next = ''] = process.argv.slice(2)
let resolved = 0
const ask = nodeRemote({ privateHosts: [new URL(url).host], timeoutMs: 2000 }, async () => {
  resolved += 1
  return [resolved === 1 ? address : next]
})
const outcome = await ask({ url }).then(
  ({ status, body }) => ({ status, body, resolved }),
  (error: unknown) => ({ error: error instanceof Error ? error.message : String(error), resolved }),
)
process.stdout.write(`${JSON.stringify(outcome)}\n`)
