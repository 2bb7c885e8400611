import { SluiceError } from '../errors.ts'
import { echoText } from './echo-text.ts'

/**
 * A parameter, or one value of it, that is well-formed but not supported here: an error, unless the client prefers
 * `handling=lenient`; then it is ignored and one OperationOutcome says so (IG "Bulk Data Kick-off Request", headers).
 */
export type IgnoredParameter = {
  /** Fit to be echoed. */
  readonly name: string
  /** Goes on where `parameter "<name>": ` ends. */
  readonly reason: string
  readonly code: 'not-supported'
  /** An export without it would bring more than was asked for, which no client can prefer: refused under lenient handling too. */
  readonly isEssential?: true
}

export const ignoredParameter = (name: string, reason: string): IgnoredParameter => ({
  name: echoText(name),
  reason,
  code: 'not-supported',
})

export const essentialParameter = (name: string, reason: string): IgnoredParameter => ({
  ...ignoredParameter(name, reason),
  isEssential: true,
})

/** Names everything that is not supported at once, so that a client can correct its request in one go. */
export const refuseUnsupported = (parameters: readonly IgnoredParameter[]): void => {
  if (parameters.length === 0) return
  const reasons = parameters.map(({ name, reason }) => `parameter "${name}": ${reason}`)
  throw new SluiceError('not-supported', `Cannot process ${reasons.join('; ')}`)
}
