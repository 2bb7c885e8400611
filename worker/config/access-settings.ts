import { z } from 'zod'
import { daySeconds, wholeOrElse } from './number-setting.ts'
import { settingNotes } from './setting-note.ts'
import { choice } from './word-setting.ts'

/** Who gets to see what: requests, files and log lines. */
export const accessSettings = {
  AUTH: z.enum(['open', 'smart'], { error: 'it must be open or smart' }).optional().register(settingNotes, {
    unit: 'word',
    default: '`open` on Node and Deno where HOST is a loopback address, else required',
    allowed: 'open, smart',
    reason:
      '`open` asks for no token and therefore answers only requests to a loopback name that no proxy has forwarded; `smart` asks every client for an access token (SMART Backend Services) and every administrator to sign in.',
  }),
  FILE_ACCESS: choice({
    words: ['proxy', 'capability', 'signed', 'storage'],
    default: 'proxy',
    reason:
      'How clients get files: `proxy` through this service, with the access token that `AUTH` asks for; `capability` through this service by URLs that open one file each for a while, without a token; `signed` from the bucket, by such URLs of its own; `storage` from the bucket, with credentials of their own. The last two need a `STORAGE_URL` that is `s3:`.',
  }),
  FILE_URL_TTL: wholeOrElse({
    unit: 'seconds',
    default: '300 with `FILE_ACCESS=capability`, else 3600',
    min: 1,
    max: 7 * daySeconds,
    reason:
      'How long a URL of `capability` or `signed` opens its file, counted from the status request that it came with; whoever has it can read the file meanwhile. Of our own URLs it is as short as SMART wants an access token to be, for a client that comes too late is told to ask for new ones; a bucket cannot say that.',
  }),
  LOG_LEVEL: choice({
    words: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    reason: 'Least important log lines that are written.',
  }),
}
