/**
 * Asks a server of others: key sets and discovery documents, at URLs that strangers may have had a say in. An adapter refuses what is
 * private (`config.privateHosts` aside), follows no redirect, and bounds time and bytes.
 */
export type AskRemote = (request: RemoteRequest) => Promise<RemoteAnswer>

export type RemoteRequest = {
  readonly url: string
  readonly method?: 'GET' | 'POST' | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
}

export type RemoteAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}
