import { Writable } from 'node:stream'
import type { CommandIo } from '../../worker/cli/command-io.ts'

/** A command's outside world that keeps what is written to it. */
export const captureIo = (env: CommandIo['env'] = {}) => {
  const [stdout, stderr] = [capture(), capture()]
  const io: CommandIo = { env, stdout: stdout.stream, stderr: stderr.stream, now: Date.now }
  return { io, stdout: stdout.text, stderr: stderr.text }
}

const capture = () => {
  const chunks: string[] = []
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk))
      done()
    },
  })
  return { stream, text: () => chunks.join('') }
}
