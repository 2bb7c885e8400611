/**
 * Asks a server of others: key sets and discovery documents, at URLs that strangers may have had a say in. An adapter refuses what is
 * private (`config.privateHosts` aside) with `forbidden`, follows no redirect, and bounds time and bytes: what cannot be had throws
 * `remote-unavailable`, with a reason that tells nothing of the network.
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

export type RemotePolicy = {
  /** Hosts that may be private and speak plain http: in lower case, with a port or without. */
  readonly privateHosts: readonly string[]
  /** For the whole of it: name, connection, head and body. */
  readonly timeoutMs?: number | undefined
}

/** A key set is a few kilobytes; who sends one in a trickle is not waited for. */
export const remoteTimeoutMs = 5000
/** Of a body, decoded: a gzip bomb is as large as what it becomes. */
export const maxRemoteBytes = 512 * 1024
