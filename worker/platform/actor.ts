/** Who does something, as the audit has it. */
export type Actor = {
  /** `open`: whoever asks where no token is asked for. `system`: the engine itself. `stranger`: nobody we know. */
  readonly kind: 'open' | 'client' | 'administrator' | 'system' | 'stranger'
  readonly id?: string | undefined
  readonly name?: string | undefined
  /** The address a request came from. */
  readonly source?: string | undefined
}

export const systemActor: Actor = { kind: 'system' }
