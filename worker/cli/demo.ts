/** `npm run demo`: a server with sample data, and an export of it, in one command. */
import { once } from 'node:events'
import process from 'node:process'
import { runDemo } from './demo/run-demo.ts'

process.exitCode = await runDemo(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  // Only from here on a signal is taken politely; before, it just ends the process, which harms nothing.
  untilStopped: async () => {
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  },
})
