import { SluiceError } from '../../errors.ts'
import { systemClock } from '../../platform/clock.ts'
import { randomId } from '../../platform/ids.ts'
import { version } from '../../version.ts'
import { type CommandIo, sayLine } from '../command-io.ts'
import { givenToken } from '../given-token.ts'
import type { Asking } from './ask.ts'
import { readClientKey } from './client-key.ts'
import type { ExportClient, ExportRequest } from './export-request.ts'
import { createHttp, type HttpOptions } from './http.ts'
import { readState } from './state.ts'
import { assertEndpoint, findTokenEndpoint } from './token-endpoint.ts'
import { clientTokens, fixedToken, type Tokens } from './tokens.ts'

/** What the steps of a run ask with: the token of the environment, or one that the command gets by the key of a client. */
export const openAsking = async (
  request: ExportRequest,
  io: CommandIo,
  say: (notice: string) => void,
): Promise<Asking> => {
  const options = {
    headers: request.headers,
    userAgent: `sluice/${version}`,
    deadline: AbortSignal.timeout(request.timeoutMs),
  }
  const given = givenToken(io.env)
  if (request.client !== undefined && given !== undefined)
    throw new SluiceError('invalid', 'Cannot export: there is SLUICE_TOKEN, and --client-id as well; use one')
  const tokens =
    request.client === undefined ? fixedToken(given) : await tokensOf(request, request.client, options, io)
  const http = createHttp({ ...options, tokens })
  for (const url of [request.query?.server, request.statusUrl])
    if (url !== undefined) http.trust(new URL(url))
  const clock = { now: io.now, sleep: systemClock.sleep }
  const deadline = io.now() + request.timeoutMs
  const onWait = (error: unknown, waitMs: number) =>
    say(
      `${error instanceof Error ? error.message : 'no answer'}; asking again in ${Math.ceil(waitMs / 1000)} s`,
    )
  return { http, limits: { clock, patienceMs: request.patienceMs, deadline, onWait } }
}

const tokensOf = async (
  request: ExportRequest,
  { clientId, keyFile, scope, tokenUrl }: ExportClient,
  options: Omit<HttpOptions, 'tokens'>,
  io: CommandIo,
): Promise<Tokens> => {
  const key = await readClientKey(keyFile)
  if (key.isExposed)
    sayLine(io.stderr, `Others on this machine may read "${keyFile.path}": chmod 600 ends that`)
  const http = createHttp({ ...options, tokens: fixedToken(undefined) })
  let endpoint: string | undefined
  const findEndpoint = async () => {
    endpoint ??=
      tokenUrl === undefined
        ? await findTokenEndpoint(http, await serverOf(request))
        : assertEndpoint(tokenUrl, new URL(request.query?.server ?? request.statusUrl ?? tokenUrl))
    return endpoint
  }
  const { userAgent, deadline } = options
  return clientTokens({
    clientId,
    key,
    scope,
    findEndpoint,
    userAgent,
    deadline,
    now: io.now,
    newId: randomId,
  })
}

/** With `--resume`, the server is that of the run. */
const serverOf = async ({ query, out }: ExportRequest): Promise<string> => {
  const server = query?.server ?? (await readState(out)).run?.query?.server
  if (server !== undefined) return server
  throw new SluiceError('forbidden', 'Cannot get an access token: the run says no server; give --token-url')
}
